"""The standard of a template: an answer that follows, few headlines, none that lies, one market for all."""

from __future__ import annotations

import datetime
import re
from io import BytesIO
from typing import Any

import pytest
from laid_out import FORMULAS, LaidOut, laid_out
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from sentences import SAID

from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.charts import NumberFormats
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates
from mbsxl_workbooks.contents import Contents
from mbsxl_workbooks.kit.cells import INPUTS

NAMES = templates.NAMES
ALL = pytest.mark.parametrize("name", NAMES)
SLOW = ("model_backtest",)  # takes seconds each time; its own tests change its inputs
TENORS = ("3m", "1y", "2y", "5y", "7y", "10y", "20y", "30y")
SWEPT = pytest.mark.parametrize("name", [name for name in NAMES if name not in SLOW])
ILLUSTRATIVE = [name for name in NAMES if name not in ("soma_runoff", "model_backtest")]


def inputs(laid: LaidOut) -> dict[str, Any]:
    """The amber cells of Inputs and Pools, and of the Fed's months."""
    places = laid.book.names.items()
    return {
        name: laid.book.value(place)
        for name, place in places
        if (place.sheet in ("Inputs", "Pools", "Hedge") and not laid.book.is_calculated(place))
        or (place.sheet == "Actual" and name.startswith("rate_2"))
    }


def quick(name: str) -> LaidOut:
    """The template in a book of its own, with little to calculate: few paths, of many positions three."""
    laid = laid_out(name)
    fewer = {each: None for each in laid.book.names if re.fullmatch(r"[a-z]+_position(?![123]$)\d+", each)}
    return laid.fresh(**fewer | ({"paths": 64} if "paths" in laid.book.names else {}))


@ALL
def test_a_summary_is_read_in_ten_seconds(name: str) -> None:
    laid = laid_out(name)
    assert laid.value("answer") == SAID[name](laid)
    assert (
        laid.value("checks_ok")
        == f"all {len(laid.checks and [c for c in laid.book.names if c.startswith('check_')])} checks ok"
    )
    assert re.search(r"\b20\d\d\b", laid.value("dated"))
    assert 1 <= len(laid.headlines) <= 8


@ALL
def test_a_review_calls_every_input_by_words(name: str) -> None:
    book = laid_out(name).book
    lines = Contents(book, NumberFormats(book.package)).lines({})[INPUTS]
    assert lines
    assert not [line for line in lines if "_" in line.label or not re.match("[A-Za-z]", line.label)]


@pytest.mark.parametrize("name", ILLUSTRATIVE)
def test_what_is_illustrative_says_so_until_prices_are_typed(name: str) -> None:
    laid = laid_out(name).fresh()
    flagged = [each for each in laid.headlines if "illustrative prices" in laid.note(each)]
    assert len(flagged) >= 2
    assert "prices illustrative" in laid.value("dated")
    laid.set(prices_are="closing")
    assert all("closing prices" in laid.note(each) for each in flagged)


CHANGES = {  # of five sets of inputs each; what is not named moves by a little
    "book_review": {
        "scenario": ["bull steepening", "rates up", "volatility down"],
        "months": [1, 12, 6],
        "price_30y50": ["100-08", "98.5", "99-24+"],
        "price_position1": ["82-00", "80.5", "81-24+"],
    },
    "carry_roll": {
        "horizon": ["far", "near", "far"],
        "held_spread": ["Z", "NOMINAL", "OAS"],
        "settle": [datetime.date(2025, 12, 11)] * 3,
        "far_settle": [datetime.date(2026, 1, 14)] * 3,
    },
    "coupon_compare": {
        "scenario": ["slow", "fast", "own", "base", "fast"],
        "mortgage_rate": [0.06, 0.0625, 0.065, 0.061, 0.063],
        "base_15y40": ["200 PSA", "6 CPR", "8 CPR", "1 SMM", "9 CPR"],
    },
    "easing_cycle": {
        "scenario": [
            "no change",
            "up at once, parallel",
            "four cuts, bull steepening",
        ],
        "months": [3, 24, 6],
    },
    "option_cost": {},
    "soma_runoff": {
        "reinvest": ["TREASURY", "MBS", "BILLS", "MBS", "TREASURY"],
        "speed_base": ["6 CPR", "150 PSA", "8 CPR", "4 CPR", "5 CPR"],
        "speed_slow": ["4 CPR"] * 5,
        "mortgage_rate": [0.05, 0.06, 0.07, 0.045, 0.08],
    },
    "spread_monitor": {"speed": ["9 CPR", "150 PSA", "20 CPR", "6 CPR", "4 to 10 CPR over 24"]},
    "structure": {
        "base_speed": ["150 PSA", "200 PSA", "10 CPR"],
        "slow_speed": ["75 PSA", "120 PSA", "5 CPR"],
        "fast_speed": ["300 PSA", "250 PSA", "20 CPR"],
        "price_ta": ["100-08", "101.5", "99-24+"],
        "price_sa": ["98", "97-16", "99"],
        "price_pi": ["9", "10-16", "9.5"],
    },
    "yield_table": {"speed_base": ["9 CPR", "150 PSA", "20 CPR", "6 CPR", "4 to 10 CPR over 24"]},
}
STEPS = (0.97, 1.06, 0.92)


def moved(name: str, value: Any, step: float, place: int) -> Any:
    """An input of the same kind, a little off."""
    if isinstance(value, float) and value > 40_000:  # a day
        return datetime.date(2025, 12, 11) + datetime.timedelta(days=20 * place)
    if isinstance(value, float):
        whole = name.split("_")[0] in ("wam", "age") and value == int(value)
        return min(round(value * step), 360) if whole else value * step
    return value


@SWEPT
def test_the_answer_and_the_checks_follow_the_inputs(name: str) -> None:
    """Three sets of changed inputs, each of a third of them and of those named: no error, checks hold, words agree."""
    laid = quick(name)
    shipped = inputs(laid)
    plain = [
        each
        for each, value in shipped.items()
        if isinstance(value, float)
        and each not in CHANGES[name]
        and not each.startswith("coupon_")
        and not each.startswith(("month", "paths", "holdings", "cmbs", "mortgage_rate_15"))
    ]
    seen, answers = set(), {laid.value("answer")}
    for place, step in enumerate(STEPS):
        for each in plain[place::3]:
            laid.set(**{each: moved(each, shipped[each], step, place)})
            seen.add(each)
        for each, values in CHANGES[name].items():
            laid.set(**{each: values[place]})
            seen.add(each)
        assert laid.book.errors() == [], place
        failed = {
            each: laid.book.block(f"Checks!B{at.row}:D{at.row}")
            for each, at in laid.book.names.items()
            if at.sheet == "Checks" and laid.book.value(at) != "ok"
        }
        assert not failed, (place, failed)
        assert laid.value("checks_ok").startswith("all ")
        assert laid.value("answer") == SAID[name](laid), place
        answers.add(laid.value("answer"))
    assert len(seen) >= 20
    assert len(answers) == 4


BAD = {  # inputs that no formula can answer
    "book_review": {
        "scenario": "other",
        "months": 0,
        "target": "short",
        "tba_part": 2,
        "cmt_5y": "n/a",
        "swaption_volatility": -5,
        "mortgage_rate": "six",
        "price_30y50": "abc",
        "part_30y55": "half",
        "wac_30y50": -0.05,
        "at_10y_disrupted": "up",
        "spread_wider": 1000,
        "face_position1": "n/a",
        "wac_position2": -0.05,
        "wam_position3": 0,
    },
    "carry_roll": {
        "program": "UMBX",
        "cmt_5y": "n/a",
        "price_30y60": "abc",
        "funding": 3.88,
        "settle": "soon",
        "held_spread": "TED",
        "drop_30y55": "x",
        "base_20y50": "12",
        "months_near": 0,
    },
    "coupon_compare": {
        "program": "UMBX",
        "cmt_10y": "n/a",
        "price_30y60": "abc",
        "swaption_volatility": "high",
        "wac_20y55": -0.05,
        "scenario": "other",
        "settle": "soon",
        "base_30y50": "12",
        "mean_reversion": "x",
        "coupon_20y55": 5.5,
    },
    "easing_cycle": {
        "program": "UMBX",
        "cmt_5y": "n/a",
        "price_30y60": "abc",
        "swaption_volatility": -5,
        "scenario": "other",
        "settle": "soon",
        "mortgage_rate": 6.23,
        "wam_30y40": 0,
        "months": 2.5,
        "month_down2": -1,
        "at_10y_down1": "down",
        "spread_own": 1000,
    },
    "model_backtest": {
        "lag": -1,
        "width": 0,
        "gross_spread": -0.05,
        "payment_delay": -1,
        "holdings": "n/a",
    },
    "option_cost": {
        "program": "UMBX",
        "cmt_5y": "n/a",
        "price_30y60": "abc",
        "swaption_volatility": -5,
        "vol_fall": 500,
        "settle": "soon",
        "mortgage_rate": "six",
        "age_30y40": -1,
    },
    "soma_runoff": {
        "reinvest": "GOLD",
        "speed_base": "6",
        "cap": "none",
        "mortgage_rate": "six",
        "gross_spread": "x",
        "holdings": "n/a",
        "speed_fast": "12",
        "off_2026_05": "n/a",
        "rate_2026_05": "n/a",
    },
    "spread_monitor": {
        "program": "UMBX",
        "cmt_5y": "n/a",
        "price": "abc",
        "wac": -0.05,
        "settle": "soon",
        "speed": "7",
        "price_30y60": "n/a",
        "mortgage_rate": "six",
        "wam": 0,
        "blend_weight": 7,
        "funding": "x",
    },
    "structure": {
        "program": "UMBX",
        "cmt_5y": "n/a",
        "price_ta": "abc",
        "band_ta": "narrow",
        "balance_sa": 44e6,
        "kind_pb": "JUMP",
        "to_z": 9,
        "swaption_volatility": -5,
        "base_speed": "7",
        "settle": "soon",
        "wac_pool": -0.05,
    },
    "yield_table": {
        "program": "UMBX",
        "cmt_5y": "n/a",
        "price": "abc",
        "wac": -0.05,
        "settle": "soon",
        "speed_base": "7",
        "wam": 0,
        "coupon": 5.5,
        "mean_reversion": "x",
        "speed_slowest": "2",
    },
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_nothing_false_where_an_input_is_bad(name: str) -> None:
    """A headline shows what it showed, an error, or words: never another number."""
    laid = quick(name)
    shipped = {each: laid.value(each) for each in BAD[name]}
    before = laid.headlines
    for each, value in BAD[name].items():
        laid.set(**{each: value})
        assert laid.book.errors(), each
        after = laid.headlines
        changed = {
            key: (before[key], after[key])
            for key in before
            if isinstance(after[key], float) and after[key] != pytest.approx(before[key], rel=1e-12)
        }
        assert not changed, (each, changed)
        assert not str(laid.value("checks_ok")).startswith("all "), each
        laid.set(**{each: shipped[each]})
    assert laid.headlines == before


@ALL
def test_no_result_rests_on_cells_that_an_error_emptied(name: str) -> None:
    """Where no formula of ours has an answer: a program shows the error of one that fills a block in one cell only."""
    none = dict.fromkeys(FORMULAS, lambda *_: CellError("#N/A"))
    book = Book(laid_out(name).data, none, name)
    emptied = book.emptied()
    resting = {
        cell: book.value(place)
        for cell, place in book.names.items()
        if emptied.under(place.sheet, place[1:]) and not isinstance(book.value(place), CellError)
    }
    assert resting == {"checks_ok": "FAILED: an input has no answer"}


def test_the_same_pool_gives_the_same_numbers_everywhere() -> None:
    pool = "30y55"
    found: dict[str, dict[str, float]] = {
        "coupon_compare": {
            "oas": f"compare.oas[{pool}]",
            "effective": f"compare.effective[{pool}]",
            "yield": f"compare.yield[{pool}]",
            "cpr": f"pools.cpr[{pool}]",
            "z": f"compare.static_z[{pool}]",
        },
        "easing_cycle": {
            "oas": f"stack.oas[{pool}]",
            "effective": f"stack.effective[{pool}]",
            "cpr": f"pools.cpr[{pool}]",
        },
        "option_cost": {
            "oas": f"stack.oas[{pool}]",
            "effective": f"stack.effective[{pool}]",
            "cpr": f"pools.cpr[{pool}]",
        },
        "yield_table": {
            "oas": "record.value[oas]",
            "effective": "record.value[effective]",
            "yield": "yields.base[price5]",
            "z": "pairs.static[spread]",
        },
        "spread_monitor": {},
    }  # type: ignore[dict-item]
    values = {
        name: {what: laid_out(name).column(words)[0] for what, words in each.items()} for name, each in found.items()
    }  # type: ignore[arg-type]
    values["yield_table"]["cpr"] = laid_out("yield_table").number("model_speed")
    monitor = laid_out("spread_monitor")
    values["spread_monitor"] = {
        "oas": monitor.number("position_oas"),
        "yield": monitor.number("position_yield"),
        "cpr": monitor.number("model_cpr"),
        "z": monitor.number("position_z_spread"),
    }
    for name, each in values.items():
        for what, value in each.items():
            assert value == pytest.approx(values["coupon_compare"][what], rel=1e-4), (name, what)


_READABLE = 0.6  # of the size of its letters, which is 11 points


@ALL
def test_every_page_prints_within_a4_at_a_readable_scale(name: str) -> None:
    """As wide as its paper at the scale that its set-up makes a program print it at, by the widths of its columns."""
    scales = {sheet.title: _scale(sheet) for sheet in load_workbook(BytesIO(laid_out(name).data)).worksheets}
    assert {title: scale for title, scale in scales.items() if scale < _READABLE} == {}


def _scale(sheet: Any) -> float:
    """The scale at which a page is printed, 1 or less."""
    a4 = 9
    assert (sheet.page_setup.paperSize, sheet.sheet_properties.pageSetUpPr.fitToPage) == (a4, True), sheet.title
    paper = (297, 210) if sheet.page_setup.orientation == "landscape" else (210, 297)
    margins, columns = sheet.page_margins, sheet.column_dimensions
    across = paper[0] - 25.4 * (margins.left + margins.right)
    down = paper[1] - 25.4 * (margins.top + margins.bottom)
    area = sheet.print_area.split("!")[-1] if sheet.print_area else sheet.dimensions
    _, _, last_column, last_row = range_boundaries(area)
    widths = {at: each.width for each in columns.values() for at in range(each.min, each.max + 1)}
    wide = sum(widths.get(at, 8.43) * 7 + 5 for at in range(1, last_column + 1)) / 96 * 25.4  # 7 pixels a digit
    high = sum(sheet.row_dimensions[at].height or 15 for at in range(1, last_row + 1)) / 72 * 25.4
    one_page = sheet.page_setup.fitToHeight != 0
    return min(1, across / wide, down / high if one_page else 1)


MOVES = {  # template and row of its tornado: the input set by hand, to what, and the figure that it then has
    ("book_review", "spread", "high"): ({"spread_disrupted": 10}, "loss"),
    ("book_review", "rates", "low"): ({f"at_{tenor}_disrupted": 75 for tenor in TENORS}, "loss"),
    ("carry_roll", "speed", "low"): ({"base_20y55": "5.4675 CPR"}, "best_over"),
    ("carry_roll", "funding", "high"): ({"funding": 0.0413}, "best_over"),
    ("coupon_compare", "volatility", "high"): ({"swaption_volatility": 83}, "pick_oas"),
    ("coupon_compare", "wac", "low"): ({"wac_20y55": 0.061}, "pick_oas"),
    ("easing_cycle", "spread", "high"): ({"spread_down": 10}, "best_excess"),
    ("option_cost", "fall", "high"): ({"vol_fall": 25}, "fall.gain[30y50]"),
    ("option_cost", "volatility", "low"): ({"swaption_volatility": 63}, "fall.gain[30y50]"),
    ("soma_runoff", "rate", "high"): ({"mortgage_rate": 0.0744}, "mbs_2030"),
    ("soma_runoff", "gross", "low"): ({"gross_spread": 0.006}, "mbs_2030"),
    ("soma_runoff", "held", "high"): ({"holdings": 1984.798}, "mbs_2030"),
    ("spread_monitor", "price", "low"): ({"price": 100.125}, "gain_large"),
    ("spread_monitor", "tighter", "high"): ({"tighten_large": 60}, "gain_large"),
    ("spread_monitor", "face", "low"): ({"face": 90}, "gain_large"),
    ("yield_table", "price", "low"): ({"price": 100.125}, "yield_base"),
    ("yield_table", "wam", "high"): ({"wam": 360, "age": 8}, "yield_base"),
}


@pytest.mark.parametrize(("name", "row", "side"), MOVES)
def test_the_tornado_says_what_the_figure_becomes(name: str, row: str, side: str) -> None:
    """As it does when the input is set by hand."""
    inputs, figure = MOVES[name, row, side]
    laid = quick(name)
    expected = laid.column(f"tornado.{side}[{row}]")[0]
    laid.set(**inputs)
    found = laid.value(figure) if figure in laid.book.names else laid.column(figure)[0]
    assert expected == pytest.approx(found, rel=2e-4)
    assert expected != pytest.approx(laid_out(name).column(f"tornado.today[{row}]")[0], rel=1e-6)
