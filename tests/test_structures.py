"""Structures: a real deal's printed tables, MathWorks' sequential and PAC, laws of waterfalls, refusals in words."""

from __future__ import annotations

import datetime
import itertools
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbsxl import Cohorts
from mbsxl.structures.classes import Deal, project_deal
from mbsxl.structures.collateral import collateral_at
from mbsxl.structures.coupons import read_coupon
from mbsxl.structures.tranches import Structure, read_structure
from mbsxl.structures.waterfall import class_flow, pay
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError

DEALS = Path(__file__).parent / "deals"
REMICS = {
    (path.stem, name): group
    for path in sorted(DEALS.glob("*.toml"))
    for name, group in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
GROUP_1, GROUP_2, GROUP_3 = REMICS
SETTLED = {
    GROUP_1: datetime.date(2006, 2, 28),
    GROUP_2: datetime.date(2006, 2, 28),
    GROUP_3: datetime.date(2019, 1, 30),
}


def cohorts_of(rows: list[list[Any]]) -> Cohorts:
    columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
    numbers = (np.array(columns[name]) for name in ("face", "coupon", "wac", "wam", "age"))
    return Cohorts(*numbers, np.full(len(rows) - 1, None, object))


def structure_of(table: list[list[Any]]) -> Structure:
    return read_structure([dict(zip(table[0], row, strict=True)) for row in table[1:]])


def collateral_of(group: tuple[str, str], psa: int) -> list[list[Any]]:
    """The collateral that a column of a speed assumes: another one at 0 PSA."""
    given = REMICS[group]
    face = sum(row[0] for row in given["collateral"][1:])
    return given["collateral"] if psa else [given["collateral"][0], [face, *given["at_0_psa"]]]


def schedule_of(group: tuple[str, str]) -> list[list[Any]] | None:
    """The planned balances, of the deal's own collateral, as a cell gets them; nothing where nothing is planned."""
    given = REMICS[group]
    if "planned" not in given:
        return None
    schedule = published()["MBS_CMO_SCHEDULE"](given["structure"], given["collateral"])
    assert isinstance(schedule, list)
    return schedule


# ----------------------------------------------------------------------------------------- what supplements print


@pytest.mark.parametrize(("order", "cents"), [("1", 0.5), ("2", 1.5)])
def test_planned_balances_to_the_cent(order: str, cents: float) -> None:
    """To the cent; of the second order, planned from the first one, a cent may be added or lost on the way."""
    printed, schedule = REMICS[GROUP_1]["planned"][order], schedule_of(GROUP_1)
    assert schedule is not None
    column = [row[int(order)] for row in schedule[1:]]
    found = [column[month] for month in printed["months"]]
    assert found == pytest.approx([float(balance) for balance in printed["balances"]], rel=0, abs=cents / 100 + 1e-6)


@pytest.mark.parametrize("group", REMICS)
def test_average_lives(group: tuple[str, str]) -> None:
    given, schedule = REMICS[group], schedule_of(group)
    printed = {name: column for name, column in given["lives"].items() if name != "psa"}
    found: dict[str, list[str]] = {name: [] for name in printed}
    for psa in given["lives"]["psa"]:
        rows = published()["MBS_CMO"](
            given["structure"], collateral_of(group, psa), f"{psa} PSA", schedule, None, SETTLED[group]
        )
        lives = {str(row[0]): row[2] for row in rows[1:]}
        for name, column in found.items():
            column.append(f"{lives[name]:.1f}")
    assert found == printed


def decrements() -> list[Any]:
    """What is printed: the group, the class, the speed, the percent left year by year from the start on."""
    of_classes = [
        (group, name, psa, column)
        for group, psa in ((GROUP_1, 100), (GROUP_2, 206))
        for name, column in REMICS[group][f"decrement_{psa}"].items()
    ]
    of_speeds = [
        (GROUP_3, name, int(psa), [100, *column])
        for psa, column in REMICS[GROUP_3]["decrements"].items()
        for name in ("AB", "IO")
    ]
    return of_classes + of_speeds


@pytest.mark.parametrize(("group", "name", "psa", "printed"), decrements())
def test_decrements(group: tuple[str, str], name: str, psa: int, printed: list[float]) -> None:
    """Percent each year: 0.4 stands for less than a half and more than nothing."""
    given = REMICS[group]
    rows = published()["MBS_CMO_DECREMENT"](given["structure"], collateral_of(group, psa), f"{psa} PSA", name)
    left = {row[0]: row[1] for row in rows[1:-1]}
    for year, percent in enumerate(printed):
        found = left.get(12 * year, 0.0)
        assert (0 < found < 0.5) if percent == 0.4 else abs(found - percent) <= 0.5 + 1e-6, year


@pytest.mark.parametrize(("group", "name"), [(GROUP_1, "PO"), (GROUP_1, "EO"), (GROUP_2, "DO")])
def test_yields_of_principal_only_classes(group: tuple[str, str], name: str) -> None:
    """On the last of February the first payment is 25 days away (SF-44): 27 would miss them."""
    given = REMICS[group]
    asked, place = given["yields"][name], [row[0] for row in given["structure"]].index(name)
    found = []
    for psa in asked["psa"]:
        rows = published()["MBS_CMO_MEASURES"](
            "YIELD", asked["price"], given["structure"], given["collateral"], f"{psa} PSA",
            None, None, None, None, None, None, None, SETTLED[group],
        )  # fmt: skip
        found.append(f"{100 * rows[place][1]:.1f}")
    assert found == asked["printed"]


# ---------------------------------------------------------------------------------------------------------------- laws


@st.composite
def structures(draw: Any) -> tuple[list[list[Any]], list[list[Any]]]:
    """A table of classes of every kind, and a pool that pays them."""
    faces = draw(st.lists(st.integers(5, 40), min_size=3, max_size=7))
    header = ["class", "kind", "balance", "coupon", "order", "lane", "band", "to"]
    rows: list[list[Any]] = []
    for place, face in enumerate(faces):
        order = draw(st.integers(1, 3)) + 1
        rows.append([f"C{place}", draw(st.sampled_from(["SEQ", "PT", "SUP"])), face, 0.05, order, "", "", ""])
        rows[-1][5] = draw(st.sampled_from(["", "x", "y"]))
    if draw(st.booleans()):
        rows.append(["P", "PAC", 5, 0.05, 1, "", "100 to 200 PSA", ""])
    if draw(st.booleans()):
        to = draw(st.sampled_from([""] + [row[4] for row in rows]))
        rows.append(["Z", "Z", 15, 0.055, 9, "", "", to])
    rows.append(["I", f"NTL of {rows[0][0]}", "", 0.005, "", "", "", ""])
    whole = sum(row[2] for row in rows[:-1])
    pool = [["face", "coupon", "wac", "wam", "age"], [float(whole), 0.06, 0.066, draw(st.integers(90, 360)), 12]]
    return [header, *rows], pool


@settings(max_examples=60)
@given(structures(), st.sampled_from(["0 PSA", "60 PSA", "150 PSA", "400 PSA", "0 CPR for 20, 60 CPR"]))
def test_what_the_pool_pays_is_paid_and_nothing_else(
    given_: tuple[list[list[Any]], list[list[Any]]], speed: str
) -> None:
    table, pool = given_
    structure, cohorts = structure_of(table), cohorts_of(pool)
    projected = project_deal(Deal(structure, cohorts), [speed, "100 PSA"])
    flows = projected.flows
    held = projected.collateral
    of_principal = [flow for flow, each in zip(flows, structure.tranches, strict=True) if each.order]
    assert sum(flow.balance for flow in of_principal) == pytest.approx(held.balance, abs=1e-9)
    accrued = sum(flow.accrued for flow in flows)
    assert sum(flow.principal for flow in of_principal) == pytest.approx(held.principal + accrued, abs=1e-9)
    owed = sum(flow.interest + flow.accrued for flow in flows)
    assert (owed <= held.interest + 1e-9).all()
    assert all((flow.balance >= -1e-9).all() and (flow.principal >= -1e-9).all() for flow in flows)


def test_two_lanes_share_in_proportion_and_a_lane_pays_its_classes_in_turn() -> None:
    table = [
        ["class", "kind", "balance", "coupon", "order", "lane"],
        ["A1", "SEQ", 300, 0.05, 1, "a"],
        ["A2", "SEQ", 300, 0.05, 1, "a"],
        ["B", "SEQ", 400, 0.05, 1, "b"],
    ]
    structure = structure_of(table)
    paid = pay(structure, np.full((10, 1), 100.0), {})
    flow = [class_flow(structure, paid, place, np.zeros((1, 1))).principal[:, 0] for place in range(3)]
    assert flow[2] == pytest.approx(np.full(10, 40.0))
    assert flow[0] == pytest.approx([60.0] * 5 + [0.0] * 5)
    assert flow[1] == pytest.approx([0.0] * 5 + [60.0] * 5)


def test_a_structure_without_a_schedule_needs_no_months() -> None:
    """The closed form is what the months give."""
    table = [["class", "kind", "balance", "coupon", "order"], *(["A", "SEQ", 30, 0.05, 1], ["B", "SEQ", 70, 0.05, 2])]
    structure = structure_of(table)
    principal = np.random.default_rng(1).dirichlet(np.ones(60), 4).T * 100
    closed = pay(structure, principal, {})
    by_month = pay(structure, principal, {0: np.zeros((61, 1))})
    assert closed.balance == pytest.approx(by_month.balance, abs=1e-12)


@pytest.mark.parametrize("index", [0.0, 0.03, 0.0949, 0.12])
def test_a_floater_and_its_inverse_are_the_class_they_were_cut_from(index: float) -> None:
    names, outcome = published()["MBS_FLOATER_SPLIT"].entry.function.outcome(0.075, 0.75, 0.005)
    split = dict(zip(names, outcome.values.tolist(), strict=True))
    floater = read_coupon(f"INDEX + 0.5, cap {100 * split['floater cap']:g}")
    inverse = read_coupon(f"{100 * split['inverse constant']:g} - {split['inverse multiplier']:g} x INDEX, floor 0")
    assert 0.75 * float(floater.at(index)) + 0.25 * float(inverse.at(index)) == pytest.approx(0.075)


# ------------------------------------------------------------------------------------------------------------ refusals

HEADER = ["class", "kind", "balance", "coupon", "order", "lane", "band", "lockout", "to"]
POOL = [["face", "coupon", "wac", "wam", "age"], [1000.0, 0.06, 0.065, 360, 0]]
A, B = ["A", "SEQ", 600, 0.06, 1, "", "", "", ""], ["B", "SEQ", 400, 0.06, 2, "", "", "", ""]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([A, [*B[:2], 300, *B[3:]]], "differ from it by -100.00"),
        ([A, [*B[:3], 0.08, *B[4:]]], "more than the collateral pays, 6.0000%"),
        ([["P", "PAC", 900, 0.06, 1, "", "90 to 300 PSA", "", ""], ["S", "SUP", 100, 0.06, 2, "", "", "", ""]],
         "more than its band carries"),
        ([["P", "PAC", 600, 0.06, 1, "", "", "", ""], B], "has no band"),
        ([A, ["Z", "Z", 400, 0.06, 2, "", "", "", 7]], "names no other order; there are 1"),
        ([A, B, ["I", "NTL of C", "", 0.01, "", "", "", "", ""]], "the notional of C, which is no class"),
        ([["P", "PAC", 300, 0.06, 1, "a", "90 to 300 PSA", "", ""],
          ["Q", "PAC", 300, 0.06, 1, "a", "1 to 2 PSA", "", ""], B], "has two bands"),
        ([A, ["B", "NAS", 400, 0.06, 2, "", "", "", ""]], "non-accelerated senior"),
        ([A, ["B", "SEQQ", 400, 0.06, 2, "", "", "", ""]], "is not a kind"),
        ([A, ["a", "SEQ", 400, 0.06, 2, "", "", "", ""]], "stands twice"),
        ([A, ["B", "SEQ", 400, "INDEX + 0.4, cap 7", 2, "", "", "", ""]], "index .*is needed for the coupon of B"),
        ([A, ["B", "SEQ", 400, "LIBOR ++ 4", 2, "", "", "", ""]], "is no coupon"),
        ([A, ["B", "SEQ", "x", 0.06, 2, "", "", "", ""]], "structure B balance"),
        ([A, ["B", "SEQ", 400, 0.06, 1.5, "", "", "", ""]], "structure B order"),
        ([A, ["Z", "Z", 400, 0.06, 1, "", "", "", ""]], "accrual class beside others"),
        ([A, ["Z", "Z", 400, "INDEX + 0.4", 2, "", "", "", ""]], "an accrual class here is fixed"),
        ([["A", "SEQ", 600, 0.055, 1, "", "", "", ""], ["B", "SEQ", 400, 0.065, 2, "", "", "", ""]],
         r"6.0\d+% of the collateral.* in month \d+ is more than the collateral pays, 6.0000%"),
        ([A, ["B", "SUP", 400, 0.06, 2, "", "90 to 300 PSA", "", ""]], "B band .* is for the kinds PAC, SCH, TAC"),
        ([A, ["B", "SUP", 400, 0.06, 2, "", "", 12, ""]], "B lockout .* is for the kinds"),
        ([A, ["B", "SUP", 400, 0.06, 2, "", "", "", 1]], "B to .* is for the kinds Z"),
        ([["P", "TAC", 600, 0.06, 1, "", "300 to 90 PSA", "", ""], B], "is no band; type one as in 100 to 250 PSA"),
        ([["P", "PAC", 600, 0.06, 1, "", "wide", "", ""], B], "order 1 band .* is not a speed"),
        ([["P", "PAC", 300, 0.06, 1, "", "90 to 300 PSA", 6, ""],
          ["Q", "PAC", 300, 0.06, 1, "", "", 12, ""], B], "has two lockouts"),
        ([A, B, ["I", "IO of A", -5, 0.01, "", "", "", "", ""]], "I balance .* is not above 0"),
        ([A, ["B", "PO", 400, 0, 2, "", "", "", ""]], "no kind here; .* a coupon of 0"),
        ([A, ["B", "INV", 400, 0, 2, "", "", "", ""]], "28.5 - 3 x INDEX, floor 0"),
        ([A, B, ["I", "IO", 400, 0.01, "", "", "", "", ""]], 'as in "IO of A"'),
        ([A, ["B", "SEQ", 400, "INDEX + 0.4, cap 3, floor 4", 2, "", "", "", ""]], "has a floor above its cap"),
        ([A, ["B", "SEQ", 400, 5.5, 2, "", "", "", ""]], "structure B coupon .* 5.5% is 0.055"),
        ([A, ["", "SEQ", 400, 0.055, 2, "", "", "", ""]], "has a row without a class"),
        ([A, ["B", "SEQ", 0, 0.055, 2, "", "", "", ""]], "B balance .* is not above 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(rows: list[list[Any]], words: str) -> None:
    answer = published()["MBS_CMO"]([HEADER, *rows], POOL, "150 PSA")
    assert isinstance(answer, CellError)
    assert answer.code in ("#NUM!", "#VALUE!")
    assert re.search(words, answer.message)


def test_a_class_there_is_not() -> None:
    answer = published()["MBS_CMO_CASHFLOW"]("C", [HEADER, A, B], POOL, "150 PSA")
    assert isinstance(answer, CellError)
    assert 'tranche "C": is not a class; there are A, B' in answer.message


def test_the_residual_is_what_is_left_of_the_interest() -> None:
    cheap = [HEADER, [*A[:3], 0.055, *A[4:]], B]
    flow = published()["MBS_CMO_CASHFLOW"]
    left, a, b, pool = (flow(name, cheap, POOL, "150 PSA") for name in ("R", "A", "B", "POOL"))
    assert [row[4] for row in left[1:]] == pytest.approx(
        [p[4] - x[4] - y[4] for p, x, y in zip(pool[1:], a[1:], b[1:], strict=True)]
    )
    assert sum(row[3] for row in pool[1:]) == pytest.approx(1000.0)


def test_the_collateral_of_cohorts_is_their_sum() -> None:
    rows = [POOL[0], [600.0, 0.06, 0.065, 360, 0], [400.0, 0.055, 0.06, 340, 20]]
    both = collateral_at(cohorts_of(rows), ["150 PSA"])
    alone = [collateral_at(cohorts_of([POOL[0], row]), ["150 PSA"]).principal.sum() for row in rows[1:]]
    assert both.principal.sum() == pytest.approx(sum(alone))
    assert both.balance[0, 0] == 1000.0


def test_a_class_may_be_a_number_and_numbers_may_be_text() -> None:
    plain = [HEADER, [1.0, "SEQ", 600, 0.055, 1, "", "", "", ""], [2.0, "SEQ", 400, 0.055, 2, "", "", "", ""],
             ["I", "NTL of 1, 2", 50, 0.05, "", "", "", "", ""]]  # fmt: skip
    typed = [HEADER, ["1", "seq", "600", "5.5%", "1", 0, 0, 0, 0], ["2", "SEQ", "400.0", "5.5%", "2", "", "", "", ""],
             ["I", "ntl of 1 , 2", "50", "5%", 0, "", "", "", ""]]  # fmt: skip
    found = [published()["MBS_CMO"](table, POOL, "150 PSA") for table in (plain, typed)]
    assert isinstance(found[0], list)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("text", "at_four", "at_nine"),
    [
        ("INDEX + 0.40, cap 7, floor 0.4", 0.044, 0.07),
        ("28.5 - 3 x INDEX, floor 0", 0.165, 0.015),
        ("-3 x INDEX + 28.5", 0.165, 0.015),
        ("28.5%-3*LIBOR, floor 0%", 0.165, 0.015),
        ("SOFR30A + 40 bp; cap 7%", 0.044, 0.07),
        ("2 x INDEX - 4 cap 10 floor 0", 0.04, 0.1),
        ("60 - 10 x LIBOR, cap 7, floor 0", 0.07, 0.0),
        ("LIBOR", 0.04, 0.09),
        (".5 + INDEX x 1.5", 0.065, 0.14),
        ("5.5%", 0.055, 0.055),
    ],
)
def test_coupons_in_words(text: str, at_four: float, at_nine: float) -> None:
    assert read_coupon(text).at([0.04, 0.09]) == pytest.approx([at_four, at_nine])


@pytest.mark.parametrize("text", ["3 x 2", "INDEX 4", "INDEXx3", "INDEX ++ 4", "cap 7", "INDEX + 0.4, cap 7, cap 8",
                                  "INDEX + 0.4, 7", "LIBOR + SOFR", "28,5 - 3 x INDEX", "3INDEX", "TBD"])  # fmt: skip
def test_what_is_no_coupon(text: str) -> None:
    with pytest.raises(ValueError, match="is no coupon"):
        read_coupon(text)


@pytest.mark.parametrize("band", ["90 to 300 PSA", "90 PSA to 300 PSA", "90-300 PSA", "90% to 300% PSA"])
def test_bands_in_words(band: str) -> None:
    rows = [HEADER, ["P", "PAC", 600, 0.06, 1, "", band, "", ""], B]
    assert published()["MBS_CMO_SCHEDULE"](rows, POOL) == published()["MBS_CMO_SCHEDULE"](
        [HEADER, ["P", "PAC", 600, 0.06, 1, "", "90 to 300 psa", "", ""], B], POOL
    )


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ([["month", "order 2"], [0, 600], [1, 500]], "2: is neither the number of a scheduled order nor the balance"),
        ([["month", "tranche"], [0, 600], [1, 500]], "heads a column of no order"),
        ([["order 1"], [590], [580]], "590: is neither .* the balance of order 1, 600.00"),
        ([[600, 500, 400]], "3 columns.* does not fit the scheduled orders, 1"),
        ([["order 1"], [600], [-5]], "schedule -5"),
    ],
)
def test_a_schedule_that_does_not_fit_is_refused(schedule: list[list[Any]], words: str) -> None:
    answer = published()["MBS_CMO"]([HEADER, ["P", "PAC", *A[2:]], B], POOL, "150 PSA", schedule)
    assert isinstance(answer, CellError)
    assert re.search(words, answer.message)


FLOATING = [HEADER, ["F", "PT", 750, "INDEX + 0.5, cap 8", 1, "", "", "", ""],
            ["S", "PT", 250, "22.5 - 3 x INDEX, floor 0", 1, "", "", "", ""]]  # fmt: skip


def test_an_index_along_the_curve_is_its_forward_rates() -> None:
    tenors, yields = [[2.0, 5.0, 10.0, 30.0]], [[0.036, 0.038, 0.042, 0.048]]
    curve = published()["MBS_CURVE"]
    discounts = [1.0, *(curve(tenors, yields, month / 12, "DISCOUNT") for month in range(1, 361))]
    forwards = [[12 * (now / later - 1)] for now, later in itertools.pairwise(discounts)]
    flow = published()["MBS_CMO_CASHFLOW"]
    along = flow("S", FLOATING, POOL, "150 PSA", None, "forward", None, None, tenors, yields)
    given = flow("S", FLOATING, POOL, "150 PSA", None, forwards)
    assert [row[4] for row in along[1:]] == pytest.approx([row[4] for row in given[1:]], rel=1e-9)
    assert along[1][4] == pytest.approx(250 / 12 * (0.225 - 3 * forwards[0][0]))
    asked = (FLOATING, POOL, "150 PSA", tenors, yields, None, None, None, None)
    measures = published()["MBS_CMO_MEASURES"]
    assert measures("YIELD", 100, *asked, "FORWARD") == measures("YIELD", 100, *asked, forwards)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ("FORWARD", "is along a curve; give tenors and par_yields"),
        ("SPOT", "is neither a rate nor FORWARD"),
        (4.0, "index 4: means 400%; type 4% or 0.04"),
        (None, "is needed for the coupon of F"),
    ],
)
def test_an_index_that_says_nothing_is_refused(index: Any, words: str) -> None:
    answer = published()["MBS_CMO"](FLOATING, POOL, "150 PSA", None, index)
    assert isinstance(answer, CellError)
    assert words in answer.message


def test_a_coupon_below_nothing_asks_for_a_floor() -> None:
    table = [*FLOATING[:2], [*FLOATING[2][:3], "22.5 - 3 x INDEX", *FLOATING[2][4:]]]
    answer = published()["MBS_CMO"](table, POOL, "150 PSA", None, [[0.05], [0.08]])
    assert isinstance(answer, CellError)
    assert 'S coupon "-1.5000%": is below 0 where the index is 8.0000%; give it a floor' in answer.message


def test_a_decrement_needs_no_index_and_no_speeds_that_say_nothing() -> None:
    decrement = published()["MBS_CMO_DECREMENT"]
    found = decrement(FLOATING, POOL, [["100 PSA", "300 PSA"]])
    assert found[0] == ["month", "F 100 PSA", "F 300 PSA", "S 100 PSA", "S 300 PSA"]
    left = [pytest.approx(row[3:5]) for row in found[1:]]
    assert [row[1:3] for row in found[1:]] == left
    own = [[*POOL[0], "speed"], [*POOL[1], "150 PSA"]]
    answer = decrement(FLOATING, own, [["100 PSA", "300 PSA"]])
    assert isinstance(answer, CellError)
    assert "every cohort has a speed of its own" in answer.message


def test_an_accrual_class_pays_its_interest_once_there_is_nobody_to_feed() -> None:
    rows = [HEADER, [*A[:3], 0.06, *A[4:]], ["Z", "Z", 400, 0.06, 2, "", "", "", ""]]
    flow = published()["MBS_CMO_CASHFLOW"]("Z", rows, POOL, "150 PSA")[1:]
    lives = published()["MBS_CMO"](rows, POOL, "150 PSA")
    retired = lives[1][4]  # the last payment of A
    for row in flow:
        due = row[2] * 0.06 / 12
        assert (row[4], row[5]) == pytest.approx((0.0, due) if row[0] <= retired else (due, 0.0))
        assert row[7] == pytest.approx(row[2] - row[3] + row[5], abs=1e-9)
    assert lives[2][3] == retired
    assert lives[2][5] == pytest.approx(sum(row[4] for row in flow))


@pytest.mark.parametrize(
    ("accruals", "words"),
    [
        (["FHLMC REMIC FIXED", "FHLMC REMIC FLOATING"], 'settle "": is needed: record dates fall in mid-month'),
        (["FHLMC REMIC FIXED", "POOL"], "which one deal is not"),
        (["POOL", "DAILY"], "structure B accrual .* is not one of POOL, NO DELAY"),
    ],
)
def test_accruals_that_cannot_be_are_refused(accruals: list[str], words: str) -> None:
    rows = [[*row, accrual] for row, accrual in zip([A, B], accruals, strict=True)]
    answer = published()["MBS_CMO"]([[*HEADER, "accrual"], *rows], POOL, "150 PSA")
    assert isinstance(answer, CellError)
    assert re.search(words, answer.message)


def test_the_factor_of_an_accrual_class_is_estimated_with_simple_interest() -> None:
    """SF, F.2: the last one stands for any other class, and even over several months nothing is compounded."""
    estimated = published()["MBS_ESTIMATED_FACTOR"]
    january, march = datetime.date(2026, 1, 20), datetime.date(2026, 3, 5)
    assert estimated(1.2, january, march, 0.06) == pytest.approx(1.2 * (1 + 0.06 * 60 / 360))
    assert estimated(0.87654321, january, march) == 0.87654321
    assert estimated(1.2, january, january, 0.06) == 1.2
    answer = estimated(1.2, march, january, 0.06)
    assert isinstance(answer, CellError)
    assert "comes before factor_month" in answer.message
