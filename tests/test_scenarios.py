"""Scenarios: against single formulas, plain arithmetic along a path of rates, and what must hold of any of them."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from typing import Any

import flat
import numpy as np
import pytest

from mbsxl import InputError, Loans, Outlook, ParCurve, Plan, Pool, Quoted, Settlement, Shifts, scenarios, total_return
from mbsxl.loans.prepayment import PrepaymentModel
from mbsxl.market.curve import par_curve
from mbsxl.market.hull_white import HullWhite, long_rate
from mbsxl.portfolio.positions import Positions, positions
from mbsxl.value.measures import OpenMarket
from mbsxl.value.treasuries import returns_by_duration
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError

TENORS = np.array([0.5, 2.0, 5.0, 10.0, 30.0])
YIELDS = np.array([0.038, 0.036, 0.038, 0.042, 0.048])
CURVE = ParCurve(TENORS, YIELDS)
SIGMA = 0.0085
SETTLE = datetime.date(2026, 3, 17)
POOL = (0.06, 0.068, 340, 18)


def shifts(*moves: float, **beside: Any) -> Shifts:
    """One scenario a parallel move, or what is moved beside it."""
    count = len(moves)
    others = [np.full(count, beside.get(name, 0.0)) for name in ("spread", "volatility", "mortgage_rate")]
    across = np.tile(np.array(moves)[:, np.newaxis], (1, 2))
    speeds = [beside.get("speed")] * count
    return Shifts([f"{move:+g}" for move in moves], np.array([1.0, 30.0]), across, *others, speeds)


def held(speed: Any = None, price: float = 101.5, face: float = 1e6, **others: Any) -> Positions:
    return positions(face, price, Loans(*POOL), speed, settle=SETTLE, **others)


def table(*given: Any, plan: Plan) -> list[dict[str, Any]]:
    listing = scenarios(*given, plan)
    return [dict(zip(listing.header, row, strict=True)) for row in listing.rows]


def test_where_nothing_moves_a_position_is_what_it_is_today() -> None:
    for speed in (None, "12 CPR"):
        (row,) = table(held(speed), CURVE, SIGMA, shifts(0.0), plan=Plan(0))
        full = 101.5 + 100 * 0.06 * 16 / 360
        assert row["value"] == pytest.approx(1e4 * full, rel=1e-12)
        assert row["change"] == pytest.approx(0, abs=1e-4)
        assert row["return"] == pytest.approx(0, abs=1e-10)
        assert row["over_treasury"] == pytest.approx(0, abs=1e-10)
    (row,) = table(held(), CURVE, SIGMA, shifts(0.0), plan=Plan(0))
    risk = flat.oas_risk(101.5, *POOL, *CURVE, SIGMA, settle=SETTLE)
    named = dict(zip(risk.names.tolist(), risk.values.tolist(), strict=True))
    assert row["effective_duration"] == pytest.approx(named["effective duration"], abs=1e-9)


def test_a_move_at_once_returns_its_change_and_treasuries_theirs() -> None:
    (row,) = table(held("12 CPR"), CURVE, SIGMA, shifts(60.0), plan=Plan(0))
    (now,) = table(held("12 CPR"), CURVE, SIGMA, shifts(0.0), plan=Plan(0))
    assert row["return"] == pytest.approx(row["change"] / now["value"], abs=1e-12)
    beside = returns_by_duration(
        CURVE, par_curve(TENORS, YIELDS + 0.006), 0, np.zeros(1), np.array([now["effective_duration"]])
    )
    assert beside[0] == pytest.approx(-0.006 * now["effective_duration"], rel=0.03)
    assert row["over_treasury"] == pytest.approx(row["return"] - beside[0], abs=1e-12)


@pytest.mark.parametrize("months", [1, 6, 17])
@pytest.mark.parametrize("move", [-100.0, 75.0])
@pytest.mark.parametrize(("speed", "kind"), [("12 CPR", "Z"), (None, "OAS")])
def test_a_return_is_that_of_the_single_formulas(months: int, move: float, speed: Any, kind: str) -> None:
    """The spread of today, the curve of the scenario: MBS_TOTAL_RETURN at the same speed says the same."""
    moved = ParCurve(TENORS, YIELDS + move / 1e4)
    today = {"Z": flat.z_spread, "OAS": flat.oas}[kind]
    own = (101.5, *POOL, *(["12 CPR"] if kind == "Z" else []), *CURVE, *([] if kind == "Z" else [SIGMA]))
    level = float(today(*own, settle=SETTLE)) + 20
    outlook = Outlook(months, level, 0.04, kind)
    market = OpenMarket(*moved, SIGMA)
    single = total_return(101.5, Pool(*POOL, "12 CPR"), outlook, market, Settlement(SETTLE)).values
    (row,) = table(
        held(speed), CURVE, SIGMA, shifts(move, spread=20.0, speed="12 CPR"), plan=Plan(months, reinvestment=0.04)
    )
    assert row["return"] == pytest.approx((1 + single[0] / 2) ** (months / 6) - 1, abs=1e-10)
    assert row["change"] == pytest.approx(1e6 * single[1:5].sum() / 100, rel=1e-8)


def cuts(*rows: tuple[Any, float], **beside: Any) -> Shifts:
    """One scenario of rows, from a month on a parallel move each."""
    alike = shifts(*(move for _, move in rows), **beside)
    return alike._replace(name=["cuts"] * len(rows), month=[month for month, _ in rows])


WAYS = {  # to -150 in seven months: path, scenario, and the moves of which rates after some months are a mean
    "at once": ("AT ONCE", shifts(-150.0, mortgage_rate=10.0), lambda month: {-150: 1.0}),
    "linear": ("LINEAR", shifts(-150.0, mortgage_rate=10.0), lambda month: {0: 1 - month / 7, -150: month / 7}),
    "cuts": (
        "AT ONCE",
        cuts((2, -50.0), (3, -100.0), (7, -150.0), (9, 100.0))._replace(mortgage_rate=np.array([10, 20, 30, 0]) / 3),
        lambda month: {-50 * sum(month >= cut for cut in (2, 3, 7)): 1.0},
    ),
    "ramps": (
        "LINEAR",
        cuts((8, -180.0), (6, -120.0))._replace(mortgage_rate=np.array([12.0, 8.0])),
        lambda month: {0: 1 - month / 6, -120: month / 6} if month < 6 else {-120: 7 - month, -150: month - 6.0},
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("settle", [None, SETTLE])
def test_the_model_is_followed_month_by_month(way: str, settle: Any) -> None:
    """Turnover, refinancing and burnout in a loop over the months, with the rates of the way there."""
    model, months, move = PrepaymentModel(burnout=0.3), 7, -150.0
    path, scenario, moves_after = WAYS[way]
    wac, wam, age = 0.068, 340, 18

    def moved(shift: int) -> float:
        rates = HullWhite(tuple(TENORS), tuple(YIELDS + shift / 1e4), SIGMA, 0.03)
        return float(long_rate(rates, 1, model.ten_year_weight)[0][0]) + shift / move * 0.001  # and 10 bp wider

    quick = model.active * (1 - 0.3) / (1 - model.active * 0.3)
    slow = 1 - quick
    left, balance, paid = 1.0, 100.0, []
    for month in range(1, months + 2):
        mean = moves_after(months if month > months else max(month - int(model.lag), 0))
        incentive = wac - sum(weight * moved(shift) for shift, weight in mean.items()) - model.mortgage_spread
        season = 1.0
        if settle is not None:
            calendar = settle.month + month - 1
            season += model.season_amplitude * math.cos(2 * math.pi / 12 * (calendar - model.season_peak))
        below = min(incentive, 0.0)
        turned = model.turnover / 12 * min((age + month) / model.turnover_ramp, 1) * season
        turned *= 1 - model.lock_in + model.lock_in * model.lock_in_scale / (model.lock_in_scale - below)
        curve = 0.5 * (1 + math.tanh((incentive - model.threshold) * math.atanh(0.5) / model.width))
        hazard = model.refinancing / 12 * min((age + month) / model.refinancing_ramp, 1) * curve
        quick *= math.exp(-turned - hazard)
        slow *= math.exp(-turned - model.passive_response * hazard)
        stays = (quick + slow) / left
        left = quick + slow
        if month > months:
            break
        share = quick / left
        scheduled = balance * (wac / 12) / ((1 + wac / 12) ** (wam - month + 1) - 1)
        paid.append((balance * 0.06 / 12, balance - (balance - scheduled) * stays))
        balance = (balance - scheduled) * stays
    position = positions(1e6, 101.5, Loans(*POOL), settle="NaT" if settle is None else settle)
    plan = Plan(months, path, 0.0, model)
    (row,) = table(position, CURVE, SIGMA, scenario, plan=plan)
    assert row["cpr"] == pytest.approx(1 - stays**12, abs=1e-12)
    later = replace(model, mortgage_spread=model.mortgage_spread + 0.001).burnt_out_to(share)
    own = {"model": later, "settle": settle and datetime.date(2026, 10, 17)}
    level = float(flat.oas(101.5, *POOL, *CURVE, SIGMA, model=model, settle=settle))
    price = float(
        flat.oas_price(level, 0.06, wac, wam - months, age + months, TENORS, YIELDS + move / 1e4, SIGMA, **own)
    )
    accrued = 100 * 0.06 * 16 / 360 if settle else 0.0
    wealth = sum(map(sum, paid)) + balance / 100 * (price + accrued)
    assert row["value"] == pytest.approx(1e4 * wealth, rel=1e-11)


def test_slow_cuts_prepay_less_than_cuts_at_once() -> None:
    at_once, slowly = (
        table(held(), CURVE, SIGMA, shifts(-100.0), plan=Plan(12, path, 0.04))[0] for path in ("AT ONCE", "LINEAR")
    )
    assert at_once["cpr"] < slowly["cpr"]  # burnt out by the year of low rates
    assert at_once["return"] != slowly["return"]


def test_steepeners_are_interpolated_between_their_tenors() -> None:
    steep = Shifts(["steeper"], np.array([2.0, 10.0]), np.array([[-50.0, 30.0]]), *np.zeros((3, 1)), [None])
    by_tenor = Shifts(["steeper"], TENORS, np.array([[-50.0, -50.0, -20.0, 30.0, 30.0]]), *np.zeros((3, 1)), [None])
    found = [scenarios(held(), CURVE, SIGMA, each, Plan(3)).rows[0][2:] for each in (steep, by_tenor)]
    assert found[0] == pytest.approx(found[1])


def test_volatility_costs_the_holder_of_a_pool() -> None:
    calm, wild = (
        table(held(), CURVE, SIGMA, shifts(0.0, volatility=move), plan=Plan(1))[0]["value"] for move in (-20.0, 20.0)
    )
    assert calm > wild


def test_payments_are_put_away_at_a_rate_by_month() -> None:
    rates, outlook = [0.02, 0.05, 0.03], Outlook(6, 30.0, [0.02, 0.05, 0.03], "Z")
    single = total_return(101.5, Pool(*POOL, "12 CPR"), outlook, OpenMarket(*CURVE), Settlement(SETTLE)).values
    at = float(flat.z_spread(101.5, *POOL, "12 CPR", *CURVE, settle=SETTLE))
    plan = Plan(6, reinvestment=rates)
    (row,) = table(held("12 CPR"), CURVE, SIGMA, shifts(0.0, spread=30.0 - at), plan=plan)
    assert row["change"] == pytest.approx(1e6 * single[1:5].sum() / 100, rel=1e-8)
    few, many_ = (table(held(), CURVE, SIGMA, shifts(0.0), plan=plan._replace(paths=n))[0]["value"] for n in (64, 1024))
    assert few != many_ == pytest.approx(few, rel=1e-3)


def test_payments_are_put_away_at_the_half_year_rate_along_the_path() -> None:
    """Month by month at what half a year pays then: three cuts, the last at the horizon, in plain arithmetic."""
    scenario, months, first = cuts((1, -25.0), (3, -50.0), (6, -75.0), speed="0 CPR"), 6, (30 + 24 - 16) / 30
    (row,) = table(held("8 CPR"), CURVE, SIGMA, scenario, plan=Plan(months))
    (kept,) = table(held("8 CPR"), CURVE, SIGMA, scenario, plan=Plan(months, reinvestment=0.0))
    by_month = [0.038 - 0.0025 * sum(month >= cut for cut in (1, 3, 6)) for month in range(8)]
    earned, balance = 0.0, 100.0
    for month in range(1, months + 1):
        at = month - 1 + first
        grown = 1.0
        for whole, rate in enumerate(by_month):
            start, end = max(at, whole), min(months, whole + 1)
            grown *= (1 + rate / 2) ** (max(end - start, 0) / 6)
        late = max(at - months, 0)  # the last payment comes after the horizon
        grown *= (1 + by_month[6] / 2) ** (-late / 6)
        repaid = balance * (0.068 / 12) / ((1 + 0.068 / 12) ** (340 - month + 1) - 1)
        earned += (balance * 0.06 / 12 + repaid) * (grown - 1)
        balance -= repaid
    assert row["value"] - kept["value"] == pytest.approx(1e4 * earned, rel=1e-9)


def test_cuts_on_dates_are_those_of_their_months() -> None:
    """Counted by thirty-day months from the first settlement of the book."""
    book = positions(
        [1e6] * 2, 101.5, Loans(*POOL), [None, "8 CPR"], settle=np.array(["2026-03-17", "2026-03-20"], "M8")
    )
    by_date = cuts((datetime.date(2026, 5, 17), -50.0), (np.datetime64("2026-07-29"), -100.0))
    by_month = cuts((2, -50.0), (4.4, -100.0))
    found = [
        scenarios(book, CURVE, SIGMA, each, Plan(6, measures=["VALUE", "CPR"])).rows for each in (by_date, by_month)
    ]
    assert found[0] == found[1]
    assert (
        found[0]
        != scenarios(book, CURVE, SIGMA, cuts((2, -50.0), (4, -100.0)), Plan(6, measures=["VALUE", "CPR"])).rows
    )


def test_one_cut_at_the_start_is_a_move_at_once_and_one_at_the_end_linear() -> None:
    plan = Plan(5, measures=["VALUE", "CPR", "OVER_TREASURY"])
    for path, month in (("AT ONCE", 0), ("LINEAR", 5), ("LINEAR", None)):
        plain = scenarios(held(), CURVE, SIGMA, shifts(-75.0, spread=5.0), plan._replace(path=path)).rows
        one = scenarios(held(), CURVE, SIGMA, cuts((month, -75.0), spread=5.0), plan._replace(path=path)).rows
        assert one[0][1:] == plain[0][1:]


# -------------------------------------------------------------------------------------------------------- strips


@pytest.mark.parametrize("speed", ["12 CPR", None])
def test_strips_add_up_to_the_pool_in_every_scenario(speed: Any) -> None:
    """Each at the spread of the pool: IO and PO are worth, and are paid, what the pool is."""
    today, level = (flat.z_price, flat.z_spread) if speed else (flat.oas_price, flat.oas)
    own = (*POOL, *([speed] if speed else []), *CURVE, *([] if speed else [SIGMA]))
    spread = float(level(101.5, *own, settle=SETTLE))
    scenario, plan = cuts((2, -50.0), (4, -100.0), spread=10.0), Plan(6, measures=["VALUE", "CHANGE", "CPR"])
    found = {
        claim: table(
            held(speed, price=float(today(spread, *own, settle=SETTLE, claim=claim))),
            CURVE, SIGMA, scenario, plan=plan._replace(claim=claim),
        )[0]
        for claim in ("IO", "PO", "POOL")
    }  # fmt: skip
    for name in ("value", "change"):
        assert found["IO"][name] + found["PO"][name] == pytest.approx(found["POOL"][name], rel=1e-9)
    assert found["IO"]["value"] < found["PO"]["value"]
    assert found["IO"]["cpr"] == pytest.approx(found["POOL"]["cpr"], rel=1e-12)


def test_a_strip_returns_what_its_payments_and_price_do() -> None:
    level = float(flat.z_spread(22.0, *POOL, "12 CPR", *CURVE, settle=SETTLE, claim="IO"))
    outlook, quoted = Outlook(5, level + 40, 0.04, "Z"), Quoted("IO")
    single = total_return(22.0, Pool(*POOL, "12 CPR"), outlook, OpenMarket(*CURVE), Settlement(SETTLE), quoted).values
    plan = Plan(5, reinvestment=0.04, claim="IO")
    (row,) = table(held("12 CPR", price=22.0), CURVE, SIGMA, shifts(0.0, spread=40.0), plan=plan)
    assert row["change"] == pytest.approx(1e6 * single[1:5].sum() / 100, rel=1e-9)


# ---------------------------------------------------------------------------------------------------- Treasuries


def test_a_treasury_of_a_tenors_duration_returns_what_that_bond_does() -> None:
    """Coupons one by one, on the scenario's curve four months on, for a 5-year; cash where the duration is 0."""
    moved, months, rate = par_curve(TENORS, YIELDS + 0.005), 4, math.log(1.02) / 6
    today = par_curve(TENORS, YIELDS)
    paid = {half / 2: 0.019 for half in range(1, 11)}
    paid[5.0] += 1
    value = sum(flow * float(today.discount(time)) for time, flow in paid.items())
    assert value == pytest.approx(1, abs=1e-12)
    bumped = [
        sum(flow * float(par_curve(TENORS, YIELDS + move).discount(time)) for time, flow in paid.items())
        for move in (-0.001, 0.001)
    ]
    duration = (bumped[0] - bumped[1]) / 0.002
    then = sum(flow * float(moved.discount(time - months / 12)) for time, flow in paid.items())
    found = returns_by_duration(CURVE, moved, months, np.array([rate]), np.array([0.0, duration, duration / 2]))
    assert found[0] == pytest.approx(math.exp(rate * months) - 1, abs=1e-14)
    assert found[1] == pytest.approx(then - 1, abs=1e-12)
    assert min(found[0], found[1]) < found[2]
    short = returns_by_duration(CURVE, moved, months, np.array([rate]), np.array([-duration]))
    assert short[0] == pytest.approx(found[0] + (found[0] - found[1]), abs=1e-14)  # sold, the proceeds in cash


def test_over_treasury_is_the_return_less_theirs() -> None:
    (row,) = table(held("12 CPR"), CURVE, SIGMA, shifts(50.0), plan=Plan(6, reinvestment=0.04))
    (now,) = table(held("12 CPR"), CURVE, SIGMA, shifts(0.0), plan=Plan(0))
    moved, rate = par_curve(TENORS, YIELDS + 0.005), math.log(1.02) / 6
    beside = returns_by_duration(CURVE, moved, 6, np.array([rate]), np.array([now["effective_duration"]]))
    assert row["over_treasury"] == pytest.approx(row["return"] - beside[0], abs=1e-12)


# -------------------------------------------------------------------------------------------------------- groups


def many(count: int) -> Positions:
    random = np.random.default_rng(3)
    coupon = random.choice([0.04, 0.05, 0.06], count)
    wac, wam = coupon + random.uniform(0.005, 0.008, count), random.integers(200, 340, count)
    loans = Loans(coupon, wac, wam, random.integers(1, 60, count))
    speed: list[Any] = [None if each else "10 CPR" for each in random.integers(0, 2, count)]
    return positions(
        random.uniform(1e5, 1e6, count), random.uniform(90, 104, count), loans, speed,
        program=random.choice(["UMBS", "GOLD"], count), desk=random.choice(["a", "b"], count),
    )  # fmt: skip


def test_groups_add_up_and_a_total_does_not_depend_on_order() -> None:
    book, plan = many(6), Plan(3, measures=["VALUE", "CHANGE", "CPR", "RETURN"])
    single = table(book, CURVE, SIGMA, shifts(-50.0), plan=plan)
    desks = table(book, CURVE, SIGMA, shifts(-50.0), plan=plan._replace(by=["desk"]))
    (total,) = table(book, CURVE, SIGMA, shifts(-50.0), plan=plan._replace(by=["TOTAL"]))
    (turned,) = table(book.part(np.arange(6)[::-1]), CURVE, SIGMA, shifts(-50.0), plan=plan._replace(by=["TOTAL"]))
    assert total["TOTAL"] == "TOTAL"
    for name in ("value", "change"):
        assert sum(row[name] for row in single) == pytest.approx(total[name], rel=1e-12)
        assert sum(row[name] for row in desks) == pytest.approx(total[name], rel=1e-12)
        assert turned[name] == pytest.approx(total[name], rel=1e-12)
    assert total["return"] == pytest.approx(total["change"] / (total["value"] - total["change"]), rel=1e-12)
    assert {row["desk"] for row in desks} == {"a", "b"}
    assert turned["cpr"] == pytest.approx(total["cpr"], rel=1e-12)


def test_many_pools_are_what_each_is_alone() -> None:
    """Many are valued from a table of expectations, each with its own burnout; alone, exactly on the paths."""
    random = np.random.default_rng(4)
    count = 40
    loans = Loans(0.055, 0.0625 + 0.0005 * random.random(count), 330, random.integers(30, 60, count))
    book, plan = positions([1e6] * count, 101.0, loans), Plan(6, measures=["VALUE"])
    together = table(book, CURVE, SIGMA, shifts(-75.0), plan=plan)
    for row in (0, 17):
        (alone,) = table(book.part(np.array([row])), CURVE, SIGMA, shifts(-75.0), plan=plan)
        assert together[row]["value"] == pytest.approx(alone["value"], rel=1e-5)


def test_positions_of_one_name_are_rows_of_their_own() -> None:
    book = positions([1e6, 2e6, 3e6], 101.0, Loans(0.06, 0.068, 340, 18), "8 CPR", label=["lot", "lot", None])
    rows = scenarios(book, CURVE, SIGMA, shifts(0.0), Plan(0, measures=["VALUE"])).rows
    assert [row[1] for row in rows] == ["lot", "lot", 3]
    assert [row[2] / rows[0][2] for row in rows] == pytest.approx([1, 2, 3])


def test_what_is_gone_or_not_held_has_no_ratio_and_spoils_no_total() -> None:
    loans, speeds = Loans(0.06, 0.068, 340, 18), ["8 CPR", "100 CPR", "8 CPR"]
    book, plan = positions([1e6, 1e6, 0.0], 101.0, loans, speeds), Plan(3)
    kept, gone, none = table(book, CURVE, SIGMA, shifts(-50.0), plan=plan)
    for name in ("effective_duration", "cpr"):
        assert "nothing is left at the horizon" in str(gone[name])
    assert isinstance(gone["return"], float)
    assert [none["value"], none["change"]] == [0, 0]
    for name in ("return", "over_treasury"):
        assert "nothing is held" in str(none[name])
    (total,) = table(book, CURVE, SIGMA, shifts(-50.0), plan=plan._replace(by=["TOTAL"]))
    for name in ("effective_duration", "cpr"):
        assert total[name] == pytest.approx(kept[name], rel=1e-12)
    assert total["change"] == pytest.approx(kept["change"] + gone["change"], rel=1e-12)


def test_a_position_that_cannot_be_costs_itself_and_is_named() -> None:
    book = positions([1e6] * 3, [101.0, -8.0, 101.0], Loans(0.06, 0.068, [340, 340, 5], 18), ["8 CPR", None, None])
    listing = scenarios(book, CURVE, SIGMA, shifts(0.0, 25.0), Plan(6, measures=["VALUE"]))
    assert [row[:2] for row in listing.rows[:2]] == [("+0", 1), ("+25", 1)]
    assert [str(row[0])[:26] for row in listing.rows[2:]] == [
        "row 2: price -8: with accr",
        "row 3: months 6: is no hor",
    ]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(3, "SLOWLY"), "path .* is not one of AT ONCE, LINEAR"),
        (Plan(3, measures=["OAS"]), "OAS.* is not a measure of scenarios; there are VALUE"),
        (Plan(3, by=["trader"]), "trader.* is no column"),
        (Plan(3, model="FHA"), "FHA.* is not a set"),
        (Plan(500), "positions .1 rows.: have none that can be used; the first: months 500"),
    ],
)
def test_scenarios_that_cannot_be_are_refused_in_words(plan: Plan, words: str) -> None:
    with pytest.raises(InputError, match=words):
        scenarios(held("8 CPR"), CURVE, SIGMA, shifts(0.0), plan)


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (cuts((2, -25.0), (2, -50.0)), "cuts, month 2.: comes twice"),
        (shifts(0.0, volatility=-90.0), r"shifts .\+0.: moves the market to where it cannot be: volatility -0.0005"),
        (cuts((-1, -25.0)), "cuts, month -1.: is past"),
        (cuts((datetime.date(2026, 3, 16), -25.0)), "cuts, month 2026-03-16.: is past"),
        (cuts((None, -25.0), (0, -50.0)), "cuts, month 0.: comes twice"),
        (cuts((1, -25.0), (2, -50.0))._replace(speed=["8 CPR", "9 CPR"]), "8 CPR and 9 CPR.: are two speeds"),
    ],
)
def test_paths_that_cannot_be_are_refused_in_words(scenario: Shifts, words: str) -> None:
    with pytest.raises(InputError, match=words):
        scenarios(held("8 CPR"), CURVE, SIGMA, scenario, Plan(3))


def test_dates_need_a_day_to_count_from() -> None:
    undated = positions(1e6, 101.5, Loans(*POOL), "8 CPR")
    with pytest.raises(InputError, match="is a date, and no position says what today is"):
        scenarios(undated, CURVE, SIGMA, cuts((datetime.date(2026, 5, 1), -25.0)), Plan(3))


def test_a_path_of_cuts_is_read_from_rows_of_one_name() -> None:
    """Months, dates as dates, serials or text; a row without a name goes on with the path above it."""
    formula = published()["MBS_SCENARIOS"]
    book = [
        ["face", "price", "coupon", "wac", "wam", "age", "settle"],
        [1e6, 101.5, 0.06, 0.068, 340.0, 18.0, datetime.date(2026, 3, 17)],
    ]
    curve, chosen = ([[one] for one in TENORS.tolist()], [[one] for one in YIELDS.tolist()]), [["VALUE", "CPR"]]
    tables = [
        [["path", "month", 10.0], ["two cuts", first, -25.0], [again, second, -50.0]]
        for first, again, second in (
            (2.0, "two cuts", 5.0),
            ("2", None, 5.0),
            (datetime.date(2026, 5, 17), "", 46251.0),
            ("2026-05-17", None, "2026-08-17"),
        )
    ]
    answers = [formula(book, *curve, SIGMA, moved, 6.0, None, None, None, chosen) for moved in tables]
    core = Shifts(
        ["two cuts"] * 2, np.array([10.0]), np.array([[-25.0], [-50.0]]), *np.zeros((3, 2)), [None] * 2, [2, 5]
    )
    expected = scenarios(held(), CURVE, SIGMA, core, Plan(6, measures=["VALUE", "CPR"])).rows
    for answer in answers:
        assert isinstance(answer, list), answer
        assert [line[0] for line in answer[1:]] == ["two cuts"]
        assert answer[1][2:] == pytest.approx(expected[0][2:], rel=1e-12)
    for month, words in ((-1.0, "outside 0 to 1200 months"), ("soon", 'shifts month "soon"')):
        refused = formula(book, *curve, SIGMA, [["path", "month", 10.0], ["a", month, -25.0]], 6.0)
        assert isinstance(refused, CellError)
        assert words in refused.message


def test_the_price_of_a_strip_may_be_next_to_nothing() -> None:
    formula = published()["MBS_SCENARIOS"]
    curve = [[one] for one in TENORS.tolist()], [[one] for one in YIELDS.tolist()]
    book = [["face", "price", "coupon", "wac", "wam", "age", "speed"], [1e6, 2.5, 0.06, 0.068, 340.0, 18.0, "60 CPR"]]
    last = (SIGMA, [["a", 10.0], ["b", -25.0]], 3.0, None, None, None, [["CHANGE"]], None, None)
    strip, pool = formula(book, *curve, *last, "IO"), formula(book, *curve, *last)
    assert isinstance(strip, list)
    assert isinstance(strip[1][2], float)
    assert isinstance(pool, CellError)
    assert "outside 5 to 300 per 100 of face" in pool.message


def test_a_table_of_scenarios_is_read_by_its_header() -> None:
    formula = published()["MBS_SCENARIOS"]
    book = [["face", "price", "coupon", "wac", "wam", "age", "label"], [1e6, 101.5, 0.06, 0.068, 340.0, 18.0, "FN 6"]]
    curve = [[one] for one in TENORS.tolist()], [[one] for one in YIELDS.tolist()]
    moved = [
        ["speed", "case", "10-year", "24m", "spread", "mortgage rate"],
        ["12 CPR", "steeper", 30.0, -50.0, None, None],
        [None, None, None, None, 20.0, "10"],
    ]
    answer = formula(book, *curve, SIGMA, moved, 3.0, None, None, None, [["VALUE", "CPR"]])
    assert isinstance(answer, list)
    assert answer[0] == ["scenario", "position", "value", "cpr"]
    assert [line[:2] for line in answer[1:]] == [["steeper", "FN 6"], ["2", "FN 6"]]
    core = Shifts(
        ["steeper", "2"], np.array([2.0, 10.0]), np.array([[-50.0, 30.0], [0.0, 0.0]]), np.array([0.0, 20.0]),
        np.zeros(2), np.array([0.0, 10.0]), ["12 CPR", None],
    )  # fmt: skip
    position = positions(1e6, 101.5, Loans(*POOL), label=["FN 6"])
    expected = scenarios(position, CURVE, SIGMA, core, Plan(3, measures=["VALUE", "CPR"])).rows
    for line, row in zip(answer[1:], expected, strict=True):
        assert line[2:] == pytest.approx(row[2:], rel=1e-12)
    for broken, words in (
        ([["case"]], "has a header and no rows"),
        ([["case", "note"], ["a", "b"]], "is no column of scenarios"),
        ([["case", 10.0], ["a", "x"]], 'shifts "x"'),
        ([["case", 10.0], ["a", 5000.0]], "outside -2000 to 2000"),
        ([["case", 10.0, "10y"], ["a", 5.0, 5.0]], "comes twice"),
        ([["case", 10.0, "speed"], ["a", 5.0, "12"]], "has no unit"),
    ):
        refused = formula(book, *curve, SIGMA, broken, 3.0)
        assert isinstance(refused, CellError), broken
        assert words in refused.message
