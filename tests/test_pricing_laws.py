"""What must hold of price, yield, average life, durations and implied speeds, whatever the pool."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from flat import average_life, bond_yield, convexity, duration, dv01, implied_speed, payment_months, payments, price
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mbsxl.arrays import FloatArray
from mbsxl.claims.payments import Flows
from mbsxl.conventions.ticks import decimal, ticks
from mbsxl.conventions.yields import Basis, annual_yield, bond_equivalent_yield, monthly_rate, mortgage_yield
from mbsxl.errors import InputError, NoSolution
from mbsxl.loans.cashflow import project
from mbsxl.loans.pools import as_pools, scheduled_balance
from mbsxl.solve import solve_rate
from mbsxl.structures.margins import discount_margins
from mbsxl.value.price_yield import accrued

POOL = (0.055, 0.06, 348, 12, "150 PSA")
SPEEDS = st.one_of(
    st.floats(0, 100).map(lambda rate: f"{rate:.4f} CPR"),
    st.floats(0, 1000).map(lambda rate: f"{rate:.4f} PSA"),
    st.sampled_from(
        ["0 CPR", "100 CPR", "99.99 CPR", "0.2 to 6 CPR over 30, 6 CPR", "50 CPR for 3, 2 CPR", "0.15 ABS"]
    ),
)
DAYS = st.one_of(st.none(), st.dates(datetime.date(2000, 1, 1), datetime.date(2040, 12, 31)))
PROGRAMS = st.sampled_from(["UMBS", "GOLD", "GNMA I", "GNMA II", "FHLMC ARM", 7])


@st.composite
def pools(draw: Any) -> tuple[float, float, int, int, str]:
    wac = draw(st.one_of(st.just(0.0), st.floats(1e-9, 0.2)))
    coupon = draw(st.sampled_from([0.0, 0.5, 0.9, 1.0])) * wac
    wam = draw(st.integers(1, 480))
    return coupon, wac, wam, draw(st.integers(0, min(120, 480 - wam))), draw(SPEEDS)


# ------------------------------------------------------------------------------------------- price and yield


@settings(max_examples=300)
@given(pools(), DAYS, PROGRAMS, st.floats(-0.05, 0.5), st.sampled_from(Basis))
def test_price_of_the_yield_of_a_price_from_a_yield(
    pool: Any, settle: Any, program: Any, at: float, basis: Any
) -> None:
    quoted = price(at, *pool, settle, program, basis)
    again = price(bond_yield(quoted, *pool, settle, program, basis), *pool, settle, program, basis)
    assert again == pytest.approx(quoted, rel=1e-10, abs=1e-10)


@settings(max_examples=300)
@given(pools(), DAYS, PROGRAMS, st.floats(1, 300))
def test_price_of_the_yield_of_a_price(pool: Any, settle: Any, program: Any, quoted: float) -> None:
    at = bond_yield(quoted, *pool, settle, program)
    assume(at > -1.9)  # nearer to -200% the digits of the yield do not tell prices apart
    assert price(at, *pool, settle, program) == pytest.approx(quoted, rel=1e-10)


@settings(max_examples=100)
@given(pools(), st.floats(-0.05, 0.49), st.floats(1e-4, 0.01))
def test_price_falls_in_yield(pool: Any, at: float, rise: float) -> None:
    assert price(at + rise, *pool) < price(at, *pool)


@settings(max_examples=100)
@given(pools(), DAYS, PROGRAMS, st.floats(-0.05, 0.5))
def test_interest_only_and_principal_only_make_the_whole(pool: Any, settle: Any, program: Any, at: float) -> None:
    flow = project(as_pools(*pool))
    discount = np.exp(-monthly_rate(at) * payment_months(settle, program, pool[2]))
    interest_only = 100 * float((flow.interest * discount).sum()) - float(accrued(pool[0], settle))
    principal_only = price(at, 0.0, *pool[1:], settle, program)
    assert interest_only + principal_only == pytest.approx(price(at, *pool, settle, program), rel=1e-12, abs=1e-11)


@settings(max_examples=100)
@given(pools(), st.floats(-0.05, 0.5))
def test_strips_give_back_their_yields(pool: Any, at: float) -> None:
    assume(pool[0] > 0)
    flow = project(as_pools(*pool))
    x, months = monthly_rate(at), payment_months(None, "UMBS", pool[2])
    for strip in (flow.interest, flow.scheduled + flow.prepaid):
        worth = (strip * np.exp(-x * months)).sum(axis=1)
        assert annual_yield(solve_rate(strip, months, worth)) == pytest.approx(at, abs=1e-10)


@settings(max_examples=100)
@given(pools())
def test_payments_are_the_projected_cash_flow(pool: Any) -> None:
    flow = project(as_pools(*pool))
    paid = payments(pool)
    assert paid == pytest.approx(flow.scheduled + flow.prepaid + flow.interest, rel=1e-11, abs=1e-15)


def many(count: int = 40) -> dict[str, Any]:
    """Pools side by side, no two alike."""
    draw = np.random.default_rng(7)
    coupon = draw.uniform(0.01, 0.08, count)
    return {
        "coupon": coupon,
        "wac": coupon + draw.uniform(0.0, 0.01, count),
        "wam": draw.integers(1, 421, count),
        "age": draw.integers(0, 60, count),
        "settle": np.datetime64("2025-01-01") + draw.integers(0, 90, count),
    }


def each(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    count = len(arguments["coupon"])
    return [{name: values[row] for name, values in arguments.items()} for row in range(count)]


@pytest.mark.parametrize("speed", ["8 CPR", "100 CPR", "150 PSA", "6 CPR for 12, 8 CPR", "0.15 ABS", "0 CPR"])
def test_broadcasting_equals_looping(speed: str) -> None:
    arguments = many()
    yields = np.linspace(-0.05, 0.5, 40)
    prices = price(yields, speed=speed, **arguments)
    alone = [float(price(y, speed=speed, **one)) for y, one in zip(yields, each(arguments), strict=True)]
    assert prices == pytest.approx(alone, rel=1e-12)
    assert bond_yield(prices, speed=speed, **arguments) == pytest.approx(yields, abs=1e-11)
    lives = [float(average_life(speed=speed, **one)) for one in each(arguments)]
    assert average_life(speed=speed, **arguments) == pytest.approx(lives, rel=1e-12)
    durations = [float(duration(98.0, speed=speed, **one)) for one in each(arguments)]
    assert duration(98.0, speed=speed, **arguments) == pytest.approx(durations, rel=1e-10)


def test_a_column_of_prices_against_a_row_of_speeds_is_a_table() -> None:
    prices, speeds = np.array([[99.0], [100.0], [101.0]]), np.array([["100 PSA", "8 CPR"]])
    table = bond_yield(prices, *POOL[:4], speeds)
    assert table.shape == (3, 2)
    assert table[2, 1] == pytest.approx(float(bond_yield(101.0, *POOL[:4], "8 CPR")), rel=1e-13)
    assert bond_yield(101.0, *POOL).shape == ()


def test_more_pools_than_a_chunk_holds() -> None:
    coupons = np.linspace(0.02, 0.06, 10_000)
    assert bond_yield(100.0, coupons, 0.07, 300, 0, "8 CPR")[-1] == pytest.approx(
        float(bond_yield(100.0, 0.06, 0.07, 300, 0, "8 CPR")), rel=1e-13
    )


# ----------------------------------------------------------------------- the slips that a convention guards against


def slip(right: float, wrong: float) -> float:
    """The difference in basis points."""
    return abs(right - wrong) * 1e4


def test_a_slip_of_convention_shows() -> None:
    """On a 6% gross, 5.5% net pool at 150 PSA each slip costs basis points: none of them is in our number."""
    settle = datetime.date(2025, 12, 18)
    right = float(bond_yield(101.5, *POOL, settle))
    paid = payments(POOL)
    full = 1.015 + float(accrued(0.055, settle)) / 100
    first = (30 - 17 + 24) / 30

    def by_hand(full_price: float, first_month: float, flows: FloatArray = paid) -> float:
        return float(annual_yield(solve_rate(flows, first_month + np.arange(flows.shape[1]), full_price)[0]))

    assert right == pytest.approx(by_hand(full, first), abs=1e-13)
    assert slip(right, by_hand(full, first - 24 / 30)) > 3  # no delay
    assert slip(right, by_hand(1.015, first)) > 3  # accrued interest ignored
    assert (
        slip(right, float(bond_yield(101.5, *POOL, settle, basis="MONTHLY"))) > 5
    )  # monthly taken for bond-equivalent
    young = payments((*POOL[:3], 0, POOL[4]))
    younger = payments((*POOL[:3], 1, POOL[4]))
    assert young[0, 0] != pytest.approx(younger[0, 0], rel=1e-3)  # an age off by one hides in yields, not in payments
    assert project(as_pools(*POOL[:3], 0, "150 PSA")).prepaid[0, 0] == pytest.approx(
        (1 - (1 - 0.003) ** (1 / 12)) * scheduled_balance(np.array([0.06]), np.array([348]), 1)[0, 1], rel=1e-12
    )


@given(st.floats(-0.5, 2.0))
def test_bond_equivalent_and_mortgage_yield_are_inverse(rate: float) -> None:
    assert mortgage_yield(bond_equivalent_yield(rate)) == pytest.approx(rate, abs=1e-13)
    assert float(bond_equivalent_yield(rate)) == pytest.approx(2 * ((1 + rate / 12) ** 6 - 1), rel=1e-12, abs=1e-13)


# -------------------------------------------------------------------------------- duration, convexity, average life


@settings(max_examples=60)
@given(pools(), DAYS, PROGRAMS, st.floats(0.0, 0.2))
def test_durations_are_derivatives(pool: Any, settle: Any, program: Any, at: float) -> None:
    step = 1e-4
    down, clean, up = (float(price(at + move, *pool, settle, program)) for move in (-step, 0.0, step))
    bought = float(accrued(pool[0], settle))
    full = clean + bought
    assume(full > 1e-3)
    modified = float(duration(clean, *pool, settle=settle, program=program))
    bend = float(convexity(clean, *pool, settle, program))
    third = (abs(bend) + 1) * (modified + 1)
    assert modified == pytest.approx((down - up) / (2 * step * full), abs=third * step**2 + 1e-8)
    assert bend == pytest.approx(
        (down + up - 2 * clean) / (step**2 * full), abs=third * (modified + 1) * step**2 + 1e-4
    )
    assert float(dv01(clean, *pool, settle, program)) == pytest.approx(modified * full / 1e4, rel=1e-12)
    macaulay = float(duration(clean, *pool, "MACAULAY", settle, program))
    assert macaulay == pytest.approx(modified * (1 + float(bond_yield(clean, *pool, settle, program)) / 2), rel=1e-12)


@settings(max_examples=100)
@given(pools(), DAYS, PROGRAMS)
def test_average_life_is_the_mean_time_to_principal(pool: Any, settle: Any, program: Any) -> None:
    flow = project(as_pools(*pool))
    years = payment_months(settle, program, pool[2]) / 12
    mean = float(((flow.scheduled + flow.prepaid) * years).sum())
    assert average_life(*pool, settle, program) == pytest.approx(mean, rel=1e-11)


# ------------------------------------------------------------------------------------------------ implied speed


@settings(max_examples=100)
@given(st.floats(0.02, 0.1), st.integers(12, 420), st.integers(0, 60), st.floats(0.001, 0.9), st.sampled_from([-1, 1]))
def test_the_implied_speed_is_the_speed(coupon: float, wam: int, age: int, share: float, side: int) -> None:
    at = coupon + side * 0.02
    for measure, most in (("CPR", 100.0), ("SMM", 100.0), ("PSA", 1000.0)):
        speed = share * most
        quoted = price(at, coupon, coupon + 0.005, wam, age, f"{speed:.12f} {measure}")
        found = float(implied_speed(quoted, at, coupon, coupon + 0.005, wam, age, measure))
        again = price(
            at, coupon, coupon + 0.005, wam, age, f"{found * (1 if measure == 'PSA' else 100):.12f} {measure}"
        )
        assert again == pytest.approx(quoted, abs=1e-9)


def test_implied_speeds_broadcast() -> None:
    prices = np.array([101.0, 102.0, 103.0])
    alone = [float(implied_speed(one, 0.045, *POOL[:4], "PSA")) for one in prices]
    assert implied_speed(prices, 0.045, *POOL[:4], "PSA") == pytest.approx(alone, rel=1e-12)


def test_an_implied_speed_in_abs() -> None:
    quoted = price(0.04, 0.055, 0.06, 60, 6, "1.2 ABS")
    assert float(implied_speed(quoted, 0.04, 0.055, 0.06, 60, 6, "ABS")) == pytest.approx(0.012, abs=1e-10)


# ------------------------------------------------------------------------------------------------- no answer


def test_what_has_no_answer_says_so() -> None:
    with pytest.raises(NoSolution, match="price -3: with accrued interest it is not above 0"):
        bond_yield(-3.0, *POOL)
    with pytest.raises(NoSolution, match="price nan"):
        bond_yield(np.array([100.0, np.nan]), *POOL)
    with pytest.raises(NoSolution, match="price 150: no speed gives it at this yield"):
        implied_speed(150.0, 0.05, *POOL[:4])
    with pytest.raises(NoSolution, match="no speed gives it"):
        implied_speed(101.0, 2 * ((1 + 0.055 / 12) ** 6 - 1), *POOL[:4])  # at the coupon every speed gives one price
    with pytest.raises(InputError, match="yield -2: must be above -200%"):
        price(-2.0, *POOL)
    with pytest.raises(InputError, match="is not one of CPR, SMM, PSA, ABS"):
        implied_speed(101.0, 0.05, *POOL[:4], "CDR")
    with pytest.raises(NoSolution, match="nothing is paid"):
        solve_rate([0.0, 0.0], [1.0, 2.0], 1.0)
    with pytest.raises(NoSolution, match="not above 0"):
        solve_rate([1.0, 1.0], [1.0, 2.0], 0.0)


def test_the_far_corners_have_answers() -> None:
    short = (0.055, 0.06, 1, 0, "100 CPR", datetime.date(2025, 1, 31), 0)
    for pool in (short, (0.055, 0.06, 480, 0, "99.99 CPR", datetime.date(2025, 1, 31), 0), (*POOL,)):
        for quoted in (1.0, 300.0):
            settle, program = pool[5:] or (None, "UMBS")
            full = (quoted + float(accrued(pool[0], settle))) / 100
            x = solve_rate(payments(pool[:5]), payment_months(settle, program, pool[2]), full)
            assert np.isfinite(x).all()


# ------------------------------------------------------------- published results that one formula does not ask for


def test_mbsprice2speed_on_price() -> None:
    pool = (0.075, 0.08125, 360, 0)
    at = bond_yield(101.0, *pool, "0.5 SMM", None, "GNMA I")
    assert float(implied_speed(101.0, at, *pool, "PSA", None, "GNMA I")) == pytest.approx(118.598, abs=1.2e-4)


def test_putable_project_loan() -> None:
    """SF-56: a loan of 40 years, ten years on, put at 96 on 1 June 1999; the payment of May arrives on the 25th."""
    months = (1999 - 1989) * 12 + 4
    pools_ = as_pools(0.0743, 0.075, 360, 120, "0 CPR")
    flow = project(pools_)
    paid = (flow.scheduled + flow.interest)[0, :months]
    times = np.append((30 * np.arange(1, months + 1) + 24) / 360, months / 12)
    put = flow.balance[0, months]
    x = solve_rate(np.append(paid, 0.96 * put), times, 0.85)
    assert round(100 * float(2 * np.expm1(x / 2)), 5) == 9.77078
    principal = np.append(flow.scheduled[0, :months], put)
    assert round(float(principal @ times), 5) == 9.72452


@pytest.mark.parametrize(
    ("days", "gross_up", "printed"),
    [((164, 344), 365 / 360, (10.96675, 50.44, 62.05)), ((168, 349), 1.0, (10.76838, 45.11, 56.89))],
)
def test_floating_rate_cmo(days: tuple[int, int], gross_up: float, printed: tuple[float, float, float]) -> None:
    """SF-54: yield, spread of yields and discount margin of two payments, on days of 30/360 and of the calendar."""
    resets = [0.09875, 0.114375, 0.106875]
    full = 99 + 100 * (28 * resets[0] + 16 * resets[1]) / 365
    first = 50 + 100 * (28 * resets[0] + 31 * resets[1] + 122 * resets[2]) / 365
    paid = np.array([[first, 50 + 50 * 184 / 365 * resets[2]]])
    bond = 200 * float(np.expm1(solve_rate(paid, np.array(days) / 180, full)[0]))
    index = gross_up * 0.101875
    periods = np.array([[days[0], days[1] - days[0]]]) / 360
    margin = discount_margins(paid, periods, np.full((1, 2), index), np.array([full]))
    spread = 100 * (bond - 200 * ((1 + index / 4) ** 2 - 1))
    assert (round(bond, 5), round(spread, 2), round(1e4 * float(margin.x[0]), 2)) == printed


def test_floating_rate_notes() -> None:
    """31 CFR 356, Appendix B, IV: discount margins of 12 and -15 bp, the coupon not below 0."""
    quarters = np.array([[92, 92, 89, 92, 92, 92, 89, 92]]) / 360  # from the end of July
    index = 0.00095 / (1 - 91 / 360 * 0.00095)
    for margin, spread, printed in ((0.0012, 0.0012, 100.0), (-0.0015, -0.0015, 100.111551)):
        paid = 100 * max(index + spread, 0.0) * quarters
        paid[0, -1] += 100
        found = discount_margins(paid, quarters, np.full(quarters.shape, index), np.array([printed]))
        assert float(found.x[0]) == pytest.approx(margin, abs=3e-9)  # of a price of six decimals


def test_average_life_of_accrual_instruments() -> None:
    """SF-57: 100 owed, 110 after a period, 110 after two: principal counts as it is, or only where it is positive."""
    principal = np.array([[-10.0, 0.0, 110.0], [0.0, 0.0, 110.0]])
    owed = Flows(paid=np.array([[0.0, 11.0, 121.0]] * 2), reductions=principal, accrual=np.zeros(2))
    assert owed.life(np.ones(2)).tolist() == [3.2, 3.0]


def test_excel_price() -> None:
    """PRICE(2008-02-15, 2017-11-15, 5.75%, 6.5%, 100, 2, 0) = 94.6343616213221: 90 days of 180 to the first coupon."""
    flows = np.full(20, 2.875)
    flows[-1] += 100
    x = solve_rate(flows, 0.5 + np.arange(20), 94.6343616213221 + 2.875 / 2)
    assert 2 * float(np.expm1(x)) == pytest.approx(0.065, abs=1e-14)


# ----------------------------------------------------------------------------------------------------- ticks


@given(st.integers(-256 * 10, 256 * 400))
def test_ticks_and_back(steps: int) -> None:
    assert decimal(str(ticks(steps / 256))) == steps / 256


@given(st.floats(0, 400))
def test_ticks_are_the_nearest(at: float) -> None:
    assert abs(float(decimal(str(ticks(at)))) - at) <= 1 / 512


def test_ticks_as_they_are_written() -> None:
    written = {"101-16+": 101.515625, "101-162": 101 + 16.25 / 32, "101.5": 101.5, "99-00": 99.0, "0-317": 255 / 256}
    assert decimal(np.array(list(written))).tolist() == list(written.values())
    assert ticks(list(written.values())).tolist() == ["101-16+", "101-162", "101-16", "99-00", "0-317"]
    for wrong in ("101-33", "101-168", "101-5", "abc", "", "101-16++", "nan", "inf"):
        with pytest.raises(InputError, match="is not a price"):
            decimal(wrong)


# ---------------------------------------------------------------------------------- QuantLib, as a second witness


def test_quantlib_yields_of_an_amortising_bond() -> None:
    ql = pytest.importorskip("QuantLib")
    today = ql.Date(1, 1, 2025)
    ql.Settings.instance().evaluationDate = today
    # QuantLib knows no delay and no servicing: a pool at its own gross rate that pays on the 1st.
    term, rate = 360, 0.06
    balance = 100 * scheduled_balance(np.array([rate]), np.array([term]), term)[0]
    day_count = ql.Thirty360(ql.Thirty360.BondBasis)
    schedule = ql.Schedule(
        today,
        ql.Date(1, 1, 2055),
        ql.Period(ql.Monthly),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Forward,
        False,
    )
    bond = ql.AmortizingFixedRateBond(0, balance[:-1].tolist(), schedule, [rate], day_count)
    for quoted in (70.0, 97.0, 103.0, 140.0):
        for basis, compounding in (("MONTHLY", ql.Monthly), ("BEY", ql.Semiannual)):
            theirs = bond.bondYield(
                ql.BondPrice(quoted, ql.BondPrice.Clean), day_count, ql.Compounded, compounding, today, 1e-14, 1000
            )
            ours = bond_yield(quoted, rate, rate, term, 0, "0 CPR", program=0, basis=basis)
            assert float(ours) == pytest.approx(theirs, abs=1e-10)
