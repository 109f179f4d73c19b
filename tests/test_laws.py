"""What must hold of speeds, cash flows, factors and runoffs, whatever the numbers; plain loops say the same."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flat import average_life, cashflow
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mbsxl.conventions.dates import payment_dates
from mbsxl.errors import InputError, NoSolution
from mbsxl.loans.cashflow import DefaultCashFlowTable, project
from mbsxl.loans.defaults import cumulative_default, cumulative_loss
from mbsxl.loans.factors import factor, loan_age, realized_speed
from mbsxl.loans.pools import as_pools
from mbsxl.portfolio.caps import soma_runoff
from mbsxl.portfolio.runoff import Cohorts, runoff
from mbsxl.speeds.grammar import parse
from mbsxl.speeds.units import CONVERSIONS, SpeedUnit, convert
from mbsxl.speeds.vectors import speed_at, speed_vector

LAW = settings(max_examples=200)

WAMS = st.integers(1, 480)
AGES = st.integers(0, 480)
TERMS = st.tuples(WAMS, AGES).map(lambda term: (term[0], min(term[1], 480 - term[0])))  # the longest loan is of 480
RATES = st.floats(0, 0.25)
SPEEDS = st.one_of(
    st.sampled_from(["0 CPR", "100 CPR", "100 SMM", "0 PSA", "1666 PSA", "0.2 to 6 CPR over 30, 6 CPR"]),
    st.integers(1, 9999).map(lambda rate: f"{rate / 100} CPR"),
    st.integers(1, 9999).map(lambda rate: f"{rate / 100} SMM"),
    st.integers(1, 1600).map(lambda rate: f"{rate} PSA"),
    st.integers(1, 10).map(lambda rate: f"{rate / 100} ABS"),
    st.tuples(st.integers(0, 40), st.integers(1, 60), st.integers(0, 900)).map(
        lambda step: f"{step[0]} CPR for {step[1]}, {step[2]} PSA"
    ),
)
DEFAULTS = st.one_of(
    st.sampled_from(["0 CDR", "100 MDR", "100 SDA", "1 CDR for 12, 200 SDA"]),
    st.integers(1, 6000).map(lambda rate: f"{rate / 100} CDR"),
)
# The largest quotation of each measure at which a round trip keeps its digits, at any age up to 150.
QUOTED = {"CPR": 60.0, "SMM": 99.0, "PSA": 900.0, "ABS": 0.5, "CDR": 60.0, "MDR": 99.0, "SDA": 9000.0}
PERCENT = {name: name not in ("PSA", "SDA") for name in QUOTED}


def plain_smm(measure: str, quoted: float, age: int) -> float:
    """The monthly rate of a quotation, spelt out."""
    if measure in ("SMM", "MDR"):
        return quoted / 100
    if measure == "ABS":
        return quoted / 100 / (1 - quoted / 100 * (age - 1))
    annual = {
        "CPR": 1.0,
        "CDR": 1.0,
        "PSA": 0.2 * min(age, 30) / 100,
        "SDA": 0.0002 * min(age, 30) if age < 60 else max(0.006 - 0.000095 * (age - 60), 0.0003),
    }[measure] * (quoted / 100)
    return 1 - (1 - annual) ** (1 / 12)


def plain_flows(wac: float, wam: int, smm: list[float]) -> list[tuple[float, float, float]]:
    """Balance, scheduled and prepaid principal, one month after the other: the level payment of what is left."""
    rows, balance, monthly = [], 1.0, wac / 12
    for month, rate in enumerate(smm):
        left = wam - month
        payment = balance * monthly / (1 - (1 + monthly) ** -left) if monthly else balance / left
        scheduled = payment - balance * monthly
        prepaid = (balance - scheduled) * rate
        rows.append((balance, scheduled, prepaid))
        balance -= scheduled + prepaid
    return rows


def table(*arguments: Any) -> np.ndarray[Any, Any]:
    """The numbers of a cash flow table, a row a month, without the dates."""
    return np.array([column for name, column in cashflow(*arguments)._asdict().items() if name != "date"]).T


def cohorts(*rows: tuple[Any, ...]) -> Cohorts:
    """Cohorts of (face, coupon, wac, wam, age, speed)."""
    *numbers, speeds = zip(*rows, strict=True)
    return Cohorts(*map(np.array, numbers), speed=np.array([*speeds, None], object)[:-1])


COHORTS = st.lists(
    st.tuples(
        st.floats(1, 1e6), st.floats(0, 0.05), st.floats(0.05, 0.1), st.integers(1, 90), st.integers(0, 90), SPEEDS
    ),
    min_size=1,
    max_size=5,
)

# ---------------------------------------------------------------------------------------------------------- speeds


@pytest.mark.parametrize("measure", list(QUOTED))
@LAW
@given(part=st.floats(0.001, 1), age=st.integers(1, 150))
def test_conversions_are_the_published_ones_and_invert(measure: str, part: float, age: int) -> None:
    quoted = round(part * QUOTED[measure], 6)
    rate = quoted / 100 if PERCENT[measure] else quoted
    monthly = CONVERSIONS[SpeedUnit(measure)].to_monthly(np.array(rate), np.array(float(age)))
    assert float(monthly) == pytest.approx(plain_smm(measure, quoted, age), rel=1e-9, abs=1e-15)
    assert float(convert(monthly, measure, age)) == pytest.approx(rate, rel=1e-9)
    assert float(speed_at(f"{quoted:.6f} {measure}", age, measure)) == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize("measure", list(QUOTED))
@LAW
@given(monthly=st.floats(1e-6, 0.5), age=st.integers(1, 480))
def test_monthly_rates_survive_any_measure(measure: str, monthly: float, age: int) -> None:
    quoted = convert(monthly, measure, age)
    back = CONVERSIONS[SpeedUnit(measure)].to_monthly(quoted, np.array(float(age)))
    assert float(back) == pytest.approx(monthly, rel=1e-8)


@pytest.mark.parametrize("measure", list(QUOTED))
def test_a_sequence_of_equal_speeds_is_the_constant_speed(measure: str) -> None:
    quoted = QUOTED[measure] / 3
    constant, sequence = (
        f"{quoted} {measure}",
        f"{quoted} {measure} for 12, {quoted} {measure} for 7, {quoted} {measure}",
    )
    assert (speed_vector(constant, 3, 60, "SMM") == speed_vector(sequence, 3, 60, "SMM")).all()


def test_the_ramp_of_a_new_pool_is_100_psa() -> None:
    ramp, benchmark = (table(1.0, 0.05, 0.06, 360, 0, speed) for speed in ("0.2 to 6 CPR over 30, 6 CPR", "100 PSA"))
    assert np.abs(ramp - benchmark).max() < 1e-14


def test_a_range_of_rates_is_a_sequence() -> None:
    assert (table(1.0, 0.05, 0.06, 36, 0, [0.06, 0.08]) == table(1.0, 0.05, 0.06, 36, 0, "6 CPR for 1, 8 CPR")).all()


@given(st.integers(1, 200), st.integers(1, 150))
@LAW
def test_abs_counts_the_original_loans(basis_points: int, month: int) -> None:
    """Held at a% ABS, the part of new loans gone after k months is k times a%, until none is left."""
    rate = basis_points / 10_000
    smm = speed_vector(f"{basis_points / 100} ABS", 0, month, "SMM")
    assert np.prod(1 - smm) == pytest.approx(max(1 - rate * month, 0), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("speed", ["100.01 CPR", "6 CPR for 12, 101 SMM", "33400 SDA", "1 CDR for 12, 33400 SDA"])
def test_more_than_everything_is_refused(speed: str) -> None:
    with pytest.raises(InputError, match="more than 100"):
        speed_vector(speed, 40, 60)


@pytest.mark.parametrize(
    "text",
    ["", "6", "-6 CPR", "6 XYZ", "CPR", "6 CPR 8 CPR", "6 CPR, 8 CPR", "0 to 6 CPR", "6 CPR for 0, 8 CPR", "1e5 PSA",
     "6 CPR for 12, 1 CDR", "6 CPR for 5000, 8 CPR", ",", "nan CPR", "inf PSA", "9" * 400 + " PSA", "1" * 32_000,
     "1" + " " * 32_000 + "!", "6 CPR" * 6_000, "6 CPR for 1," * 3_000],
)  # fmt: skip
def test_what_is_no_speed_is_refused_and_quickly(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert len(str(refused.value)) < 400


# ------------------------------------------------------------------------------------------------------ cash flows


@LAW
@given(RATES, TERMS, SPEEDS)
@example(5e-324, (480, 0), "100 CPR")
@example(1e-12, (480, 0), "0 CPR")
@example(0.0, (1, 0), "1666 PSA")
@example(0.25, (1, 479), "0 CPR")
def test_principal_sums_to_face_and_the_average_life_is_the_sum_of_balances(
    wac: float, term: tuple[int, int], speed: str
) -> None:
    flow = cashflow(1.0, 0.0, wac, *term, speed)
    principal = flow.scheduled + flow.prepaid
    assert principal.sum() == pytest.approx(1, abs=1e-12)
    assert flow.balance.sum() == pytest.approx(flow.month @ principal, rel=1e-11)
    assert np.abs(flow.balance - principal - flow.ending).max() < 1e-14
    assert flow.ending[-1] == 0
    assert min(column.min() for column in (flow.balance, flow.scheduled, flow.prepaid)) >= 0


@LAW
@given(st.floats(0.001, 0.15), TERMS, st.sampled_from(["CPR", "SMM", "PSA"]), st.floats(0, 0.9))
def test_the_closed_form_is_the_loop(wac: float, term: tuple[int, int], measure: str, part: float) -> None:
    wam, age = term
    quoted = round(part * QUOTED[measure], 4)
    smm = [plain_smm(measure, quoted, age + month) for month in range(1, wam + 1)]
    flow = project(as_pools(wac / 2, wac, wam, age, f"{quoted:.4f} {measure}"))
    expected = np.array(plain_flows(wac, wam, smm))
    found = np.array([flow.balance[0], flow.scheduled[0], flow.prepaid[0]]).T
    assert np.abs(found - expected).max() < 1e-11
    assert np.abs(flow.interest[0] - expected[:, 0] * wac / 24).max() < 1e-12


@LAW
@given(st.floats(1e-12, 0.3), WAMS)
@example(1e-12, 480)
@example(0.3, 480)
def test_the_last_payment_keeps_its_digits(wac: float, wam: int) -> None:
    """Against exact arithmetic: the last scheduled principal is w (1+w)^(N-1) / ((1+w)^N - 1), and nothing is left."""
    grown = (1 + Fraction(wac) / 12) ** (wam - 1)
    last = Fraction(wac) / 12 * grown / (grown * (1 + Fraction(wac) / 12) - 1)
    flow = cashflow(1.0, 0.0, wac, wam, 0, "0 CPR")
    assert abs(Fraction(float(flow.scheduled[-1])) / last - 1) < 1e-13
    assert abs(Fraction(float(flow.balance[-1])) / last - 1) < 1e-13


@given(WAMS)
@LAW
def test_without_interest_every_payment_is_the_same(wam: int) -> None:
    flow = cashflow(float(wam), 0.0, 0.0, wam, 0, "0 CPR")
    assert np.abs(flow.scheduled - 1).max() < 1e-12
    assert np.abs(flow.balance - np.arange(wam, 0, -1)).max() < 1e-12 * wam
    assert not flow.prepaid.any()
    assert not flow.interest.any()


@given(RATES, SPEEDS)
@LAW
def test_with_one_month_left_everything_is_scheduled(wac: float, speed: str) -> None:
    flow = cashflow(100.0, wac, wac, 1, 359, speed) if "ABS" not in speed else cashflow(100.0, wac, wac, 1, 0, speed)
    assert float(flow.scheduled[0]) == pytest.approx(100, rel=1e-14)
    assert float(flow.prepaid[0]) == 0
    assert float(flow.total[0]) == pytest.approx(100 * (1 + wac / 12), rel=1e-14)


@pytest.mark.parametrize("speed", ["100 CPR", "100 SMM"])
def test_at_100_percent_the_first_month_takes_everything(speed: str) -> None:
    flow = cashflow(1.0, 0.05, 0.06, 360, 0, speed)
    assert float(flow.scheduled[0] + flow.prepaid[0]) == pytest.approx(1, abs=1e-15)
    assert not flow.total[1:].any()


def test_every_wam_pays_off() -> None:
    wams = np.arange(1, 481)
    flow = project(as_pools(0.0, 0.06, wams, 0, "150 PSA"))
    paid = flow.scheduled + flow.prepaid
    assert np.abs(paid.sum(axis=1) - 1).max() < 1e-13
    assert all((paid[pool, wam - 1] > 0) and not paid[pool, wam:].any() for pool, wam in enumerate(wams))


# ------------------------------------------------------------------------------------------------------- defaults


def plain_default(
    wac: float, wam: int, smm: list[float], mdr: list[float], severity: list[float], lag: int, advances: str
) -> list[tuple[float, ...]]:
    """The standard default projection as its rules are printed (SF-18 to SF-20), one month after the other."""
    monthly = wac / 12
    left = [(1 - (1 + monthly) ** (k - wam)) / (1 - (1 + monthly) ** -wam) for k in range(wam + 1)]
    performing, foreclosure, new_defaults, rows = 1.0, 0.0, [], []
    for k in range(1, wam + 1):
        new = performing * mdr[k - 1] if k <= wam - lag else 0.0
        new_defaults.append(new)
        kept = left[k] / left[k - 1]
        then = new_defaults[k - 1 - lag] if k > lag else 0.0
        liquidated = then * left[k - 1] / left[k - 1 - lag] if k > lag and advances == "FULL" else then
        from_defaults = (new + foreclosure - liquidated) * (1 - kept) if advances == "FULL" else 0.0
        actual = (performing - new) * (1 - kept)
        prepaid = performing * kept * min(smm[k - 1], 1 - mdr[k - 1] if k <= wam - lag else 1.0)
        loss = min(then * severity[min(k - 1 - lag, len(severity) - 1)], liquidated) if k > lag else 0.0
        bearing = performing + foreclosure if advances == "FULL" else performing - new
        interest = bearing * monthly
        row = (performing + foreclosure, actual + from_defaults, prepaid, interest, new, liquidated - loss, loss)
        rows.append(row)
        foreclosure = new + foreclosure - liquidated - from_defaults
        performing = performing - new - prepaid - actual
    return rows


@LAW
@given(
    st.floats(0.01, 0.15), st.integers(2, 400), st.floats(0, 30), st.floats(0, 30),
    st.lists(st.floats(0, 0.99), min_size=1, max_size=20), st.sampled_from(["FULL", "NONE"]), st.data(),
)  # fmt: skip
def test_the_default_projection_is_the_loop(
    wac: float, wam: int, cpr: float, cdr: float, severity: list[float], advances: str, data: st.DataObject
) -> None:
    lag = data.draw(st.sampled_from([0, 1, 12, wam - 1]).filter(lambda lag: lag < wam))
    cpr, cdr = round(cpr, 4), round(cdr, 4)
    speeds = (f"{cpr:.4f} CPR", f"{cdr:.4f} CDR")
    flow = cashflow(1.0, wac, wac, wam, 0, speeds[0], None, "UMBS", speeds[1], severity, lag, advances)
    assert isinstance(flow, DefaultCashFlowTable)
    smm, mdr = [plain_smm("CPR", cpr, 1)] * wam, [plain_smm("CDR", cdr, 1)] * wam
    expected = np.array(plain_default(wac, wam, smm, mdr, severity, lag, advances))
    columns = ("balance", "scheduled", "prepaid", "interest", "defaulted", "recovered", "loss")
    found = np.array([getattr(flow, name) for name in columns]).T
    assert np.abs(found - expected).max() < 1e-11


@LAW
@given(RATES, TERMS, SPEEDS, DEFAULTS, st.floats(0, 1), st.sampled_from(["FULL", "NONE"]))
@example(0.06, (12, 0), "100 CPR", "100 MDR", 1.0, "FULL")
@example(0.06, (12, 0), "100 CPR", "100 MDR", 1.0, "NONE")
def test_defaults_lose_no_face(
    wac: float, term: tuple[int, int], speed: str, default: str, severity: float, advances: str
) -> None:
    wam, age = term
    for lag in (0, min(12, wam - 1), wam - 1):
        flow = cashflow(1.0, 0, wac, wam, age, speed, None, "UMBS", default, severity, lag, advances)
        assert isinstance(flow, DefaultCashFlowTable)
        paid = flow.scheduled + flow.prepaid + flow.recovered + flow.loss
        assert paid.sum() == pytest.approx(1, abs=1e-11)
        assert np.abs(flow.balance - paid - flow.ending).max() < 1e-12
        assert min(column.min() for name, column in flow._asdict().items() if name != "date") >= -1e-15
        assert flow.recovered.sum() + flow.loss.sum() <= flow.defaulted.sum() + 1e-12


def test_liquidated_at_once_without_loss_a_default_is_a_prepayment_without_its_interest() -> None:
    """SF-18: the same principal in all, the defaulted month's interest lost where nobody advances it."""
    prepaid = cashflow(1.0, 0.06, 0.06, 120, 0, "1 SMM")
    defaulted = cashflow(1.0, 0.06, 0.06, 120, 0, "0 CPR", None, "UMBS", "1 MDR", 0.0, 0, "NONE")
    assert isinstance(defaulted, DefaultCashFlowTable)
    principal = defaulted.scheduled + defaulted.prepaid + defaulted.recovered
    assert np.abs(principal - prepaid.scheduled - prepaid.prepaid).max() < 1e-14
    assert defaulted.interest == pytest.approx(prepaid.interest - defaulted.defaulted * 0.06 / 12, abs=1e-15)


@pytest.mark.parametrize("lag", [12, 13, 480])
def test_a_lag_as_long_as_the_loans_is_refused(lag: int) -> None:
    with pytest.raises(InputError, match="give 0 to 11 months"):
        cashflow(1.0, 0.05, 0.06, 12, 0, "6 CPR", None, "UMBS", "1 CDR", 0.2, lag)
    with pytest.raises(InputError, match="give 0 to 11 months"):
        cumulative_default(0.06, 12, 0, ["6 CPR"], ["1 CDR"], lag)


def test_cumulative_defaults_are_the_sums_of_the_cash_flows() -> None:
    speeds, defaults = ["6 CPR", "150 PSA", "6 CPR for 12, 8 CPR"], ["100 SDA", "1 CDR"]
    found = cumulative_default(0.07, 300, 30, speeds, defaults, 6)
    for row, default in enumerate(defaults):
        for column, speed in enumerate(speeds):
            flow = cashflow(1.0, 0.07, 0.07, 300, 30, speed, None, "UMBS", default, 0.3, 6, "NONE")
            assert isinstance(flow, DefaultCashFlowTable)
            assert found[row, column] == pytest.approx(flow.defaulted.sum(), rel=1e-14)


@pytest.mark.parametrize("severity", [0.0, 0.3, [0.2, 0.4, 0.6]])
def test_cumulative_losses_are_the_parts_lost_of_what_defaults(severity: float | list[float]) -> None:
    speeds, defaults = ["6 CPR", "150 PSA"], ["100 SDA", "1 CDR"]
    by_month = np.atleast_1d(severity)
    for lag in (0, 6):
        found = cumulative_loss(0.07, 300, 30, speeds, defaults, severity, lag)
        for row, default in enumerate(defaults):
            for column, speed in enumerate(speeds):
                flow = cashflow(1.0, 0.07, 0.07, 300, 30, speed, None, "UMBS", default, 0.0, lag, "NONE")
                assert isinstance(flow, DefaultCashFlowTable)
                lost = sum(by_month[min(at, by_month.size - 1)] * part for at, part in enumerate(flow.defaulted))
                if lag:  # no more is lost than is left when a loan is liquidated, in its last months
                    assert 0.999 * lost <= found[row, column] <= lost * (1 + 1e-12)
                else:
                    assert found[row, column] == pytest.approx(lost, rel=1e-12)


def test_without_defaults_the_default_projection_is_the_plain_one() -> None:
    plain, with_default = (
        cashflow(1.0, 0.05, 0.06, 360, 5, "150 PSA", None, "UMBS", default, 0.4, 6) for default in (None, "0 CDR")
    )
    assert max(np.abs(getattr(plain, name) - getattr(with_default, name)).max() for name in plain._fields[2:]) < 1e-14


# -------------------------------------------------------------------------------------------------------- factors


@LAW
@given(
    st.floats(0, 0.15), st.integers(3, 420), st.integers(0, 60), st.sampled_from(["CPR", "SMM", "PSA", "ABS"]),
    st.floats(0.01, 0.5), st.data(),
)  # fmt: skip
def test_a_realized_speed_is_the_speed_projected(
    wac: float, wam: int, age: int, measure: str, part: float, data: st.DataObject
) -> None:
    months = data.draw(st.integers(1, min(wam - 1, 36)))
    quoted = round(part * QUOTED[measure], 4)
    end = float(factor(wac, wam, age, f"{quoted:.4f} {measure}", months))
    assume(end >= 1e-9)
    found = float(realized_speed(1.0, end, wac, wam, age, months, measure))
    assert found == pytest.approx(quoted / 100 if PERCENT[measure] else quoted, rel=1e-6)


def test_a_factor_rounded_as_published_is_not_above_its_schedule() -> None:
    scheduled = float(factor(0.06, 348, 12, "0 CPR", 1))
    assert float(realized_speed(1.0, scheduled + 9e-9, 0.06, 348, 12)) == 0
    with pytest.raises(NoSolution, match="factor_end"):
        realized_speed(1.0, scheduled + 1e-6, 0.06, 348, 12)


@pytest.mark.parametrize("measure", ["CPR", "SMM", "PSA", "ABS"])
@pytest.mark.parametrize("months", [1, 3])
def test_a_pool_that_all_but_vanished(measure: str, months: int) -> None:
    assert 0 < float(realized_speed(1.0, 1e-12, 0.06, 360, 0, months, measure)) < math.inf


def test_a_factor_after_the_last_month_is_zero() -> None:
    assert factor(0.06, [12, 60], 0, "1.5 ABS", [[11], [12], [1200]]).tolist()[1:] == [
        [0.0, pytest.approx(0.846, abs=0.2)],
        [0.0, 0.0],
    ]


@pytest.mark.parametrize(
    ("given", "age"),
    [
        ({"wala": 20}, 20),  # as reported, whatever the age calculated
        ({"wala": 20, "wam": 345}, 15),  # no more than the term less the months remaining
        ({"wala": 20, "agency": "GNMA"}, 24),  # four months behind
        ({"wala": 20, "pool_age": 2, "agency": "GNMA"}, 22),  # a pool of two months
        ({"wala": 3, "pool_age": 30, "agency": "GNMA"}, 30),  # no younger than the pool
        ({"wala": 3, "pool_age": 30, "agency": "FHLMC"}, 3),  # whose loans may be younger than the pool
        ({"wala": 20, "wam": 345, "agency": "GNMA"}, 19),  # both brought forward
    ],
)
def test_a_loan_age_is_that_reported_where_it_is(given: dict[str, Any], age: int) -> None:
    assert int(loan_age(360, 350, 12, **given)) == age


def test_a_loan_age_never_passes_the_term_or_falls_below_zero() -> None:
    assert int(loan_age(360, 348, 1200)) == 360
    with pytest.raises(InputError, match="original_wam"):
        loan_age(180, 360, 0)
    with pytest.raises(InputError, match="wam"):
        loan_age(360, 360, 5, 400)


@LAW
@given(
    st.lists(
        st.tuples(RATES, st.integers(1, 380), st.integers(0, 100), SPEEDS, st.integers(0, 500)), min_size=1, max_size=6
    )
)
def test_broadcasting_is_looping(pools: list[tuple[float, int, int, str, int]]) -> None:
    wac, wam, age, speed, month = (np.array(column) for column in zip(*pools, strict=True))
    together = factor(wac, wam, age, speed.astype(object), month)
    one_by_one = [float(factor(*pool)) for pool in pools]
    assert together.tolist() == pytest.approx(one_by_one, rel=1e-13, abs=1e-300)
    flow = project(as_pools(0.0, wac, wam, age, speed.astype(object)))
    for row, (rate, term, old, text, _) in enumerate(pools):
        alone = project(as_pools(0.0, rate, term, old, text))
        for many, one in zip(flow, alone, strict=True):
            assert np.abs(many[row, :term] - one[0]).max() < 1e-14
            assert not many[row, term:].any()
    assert speed_vector(speed.astype(object), age, 3).T.tolist() == [
        speed_vector(text, int(old), 3).tolist() for text, old in zip(speed.tolist(), age, strict=True)
    ]


# --------------------------------------------------------------------------------------------------------- runoffs


@LAW
@given(COHORTS, st.randoms())
def test_a_runoff_is_the_sum_of_cash_flows_in_any_order_and_any_split(rows: list[Any], random: Any) -> None:
    whole = np.array(runoff(cohorts(*rows)))[1:]
    expected = np.zeros((6, 90))
    for row in rows:
        flow = cashflow(*row)
        expected[:, : row[3]] += np.array(
            [flow.balance, flow.scheduled, flow.prepaid, flow.interest, flow.total, flow.ending]
        )
    face = sum(row[0] for row in rows)
    assert np.abs(whole - expected[:, : whole.shape[1]]).max() < 1e-12 * face
    pieces = [(part * row[0], *row[1:]) for row in rows for part in (0.25, 0.75)]
    random.shuffle(pieces)
    assert np.abs(np.array(runoff(cohorts(*pieces)))[1:] - whole).max() < 1e-12 * face


@pytest.mark.parametrize("months", [1, 7, 12, 30])
def test_a_runoff_of_other_lengths_is_cut_or_ends_in_zeros(months: int) -> None:
    pool = cohorts((100.0, 0.05, 0.06, 12, 0, "6 CPR"))
    whole, other = np.array(runoff(pool)), np.array(runoff(pool, None, months))
    assert other.shape[1] == months
    assert (other[:, : min(months, 12)] == whole[:, :months]).all()
    assert not other[1:, 12:].any()


HELD = cohorts((60.0, 0.02, 0.03, 300, 60, None), (40.0, 0.035, 0.04, 120, 60, "10 CPR"))


@LAW
@given(st.floats(0, 2), st.sampled_from(["MBS", "TREASURY", "BILLS", "mix"]), st.integers(1, 400))
def test_caps_lose_nothing(cap: float, reinvest: str, months: int) -> None:
    into = ["MBS", "TREASURY", "BILLS", "MBS", "BILLS"] if reinvest == "mix" else reinvest
    flow = soma_runoff(HELD, "8 CPR", [cap, cap / 2, cap], into, months)
    assert np.abs(flow.redeemed + flow.reinvested - flow.scheduled - flow.prepaid).max() < 1e-12
    held = flow.ending + flow.treasuries + flow.bills + np.cumsum(flow.redeemed)
    assert np.abs(held - 100).max() < 1e-9
    assert (flow.redeemed <= flow.cap).all()
    assert np.abs(flow.balance[1:] - flow.ending[:-1]).max(initial=0) < 1e-12
    assert min(column.min() for column in flow) >= 0


def test_without_a_cap_that_binds_it_is_the_runoff() -> None:
    free, plain = soma_runoff(HELD, "8 CPR", np.inf), runoff(HELD, "8 CPR")
    assert (np.array(free[:7]) == np.array(plain)).all()
    assert not free.reinvested.any()


def test_all_principal_into_mbs_keeps_the_holdings() -> None:
    flow = soma_runoff(HELD, "8 CPR", 0.0, "MBS", 600)
    assert np.abs(flow.balance - 100).max() < 1e-10
    assert not flow.redeemed.any()


def test_new_mbs_are_thirty_year_pools_of_the_average_coupon() -> None:
    """Two months by hand: what the first month buys pays its own first payment in the second."""
    pool = (100.0, 0.03, 0.04, 240, 0)
    flow = soma_runoff(cohorts((*pool, None)), "12 CPR", 0.0, "MBS", 2)
    smm = 1 - 0.88 ** (1 / 12)
    (_, scheduled, prepaid), second = plain_flows(0.04, 240, [smm, smm])
    bought = 100 * (scheduled + prepaid)
    new = plain_flows(0.04, 360, [smm])[0]
    assert flow.scheduled[1] == pytest.approx(100 * second[1] + bought * new[1], rel=1e-12)
    assert flow.prepaid[1] == pytest.approx(100 * second[2] + bought * new[2], rel=1e-12)
    assert flow.interest[1] == pytest.approx(100 * 0.03 / 12, rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "speed", "caps", "named"),
    [
        ([(100.0, 0.06, 0.05, 360, 0, None)], "6 CPR", 0, "coupon"),
        ([(-1.0, 0.04, 0.05, 360, 0, None)], "6 CPR", 0, "cohorts"),
        ([(0.0, 0.04, 0.05, 360, 0, None)], "6 CPR", 0, "cohorts"),
        ([(1e308, 0.04, 0.05, 360, 0, None)] * 2, "6 CPR", 0, "cohorts"),
        ([(1.0, 0.04, 0.05, 0, 0, None)], "6 CPR", 0, "wam"),
        ([(1.0, 0.04, 0.05, 360, 0, None)], None, 0, "speed"),
        ([(1.0, 0.04, 0.05, 360, 0, "1 CDR")], None, 0, "speed"),
        ([(1.0, 0.04, 0.05, 360, 0, "6 CPR")], None, -1, "caps"),
        ([(1.0, 0.04, 0.05, 360, 0, "6 CPR")], None, 0, "speed"),
    ],
)
def test_what_no_runoff_starts_from(rows: list[Any], speed: str | None, caps: float, named: str) -> None:
    with pytest.raises(InputError, match=f"^{named}"):
        soma_runoff(cohorts(*rows), speed, caps, "MBS")


def test_a_lag_longer_than_the_loan_is_refused() -> None:
    with pytest.raises(InputError, match="lag"):
        cashflow(1.0, 0.05, 0.06, 12, 0, "6 CPR", None, "UMBS", "1 CDR", 0.4, 13)


def test_a_pool_pays_on_the_same_day_of_every_month() -> None:
    for program, day in (("UMBS", 25), ("GOLD", 15), ("GNMA II", 20), ("FHLMC ARM", 15), (54, 25)):
        dates = payment_dates(np.datetime64("2025-01-31"), program, 30)
        assert {date.day for date in dates.tolist()} == {day}
        months = dates.astype("datetime64[M]")
        assert (np.diff(months) == np.timedelta64(1, "M")).all()
        assert months[0] == np.datetime64("2025-03" if program in ("FHLMC ARM", 54) else "2025-02")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((5.5, 6.2, 348, 12, "8 CPR"), "coupon 5.5: is no rate"),
        ((-0.01, 0.06, 348, 12, "8 CPR"), "coupon -0.01: is no rate"),
        ((math.nan, 0.06, 348, 12, "8 CPR"), "coupon nan: is no rate"),
        ((0.05, 1.2, 348, 12, "8 CPR"), "wac 1.2: is no rate"),
        ((0.05, 0.06, 348.7, 12, "8 CPR"), "wam 348.7: is not a whole number"),
        ((0.05, 0.06, 0, 12, "8 CPR"), "wam 0: is too few months"),
        ((0.05, 0.06, 348, -5, "8 CPR"), "age -5: is too few months"),
        ((0.06, 0.05, 348, 12, "8 CPR"), "coupon 0.06: is above the wac 0.05"),
        ((0.05, 0.06, 348, 12, "1 CDR"), "speed .*: is a default speed"),
    ],
)
def test_a_pool_that_cannot_be_is_refused_in_python_too(arguments: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        average_life(*arguments)


def test_several_speeds_and_programmes_may_come_in_a_list() -> None:
    lives = average_life(0.05, 0.06, 348, 12, ["6 CPR", "150 PSA"], None, np.array(["UMBS", "GNMA I"]))
    alone = [
        float(average_life(0.05, 0.06, 348, 12, speed, None, program))
        for speed, program in (("6 CPR", "UMBS"), ("150 PSA", "GNMA I"))
    ]
    assert lives.tolist() == pytest.approx(alone, rel=1e-14)


@pytest.mark.parametrize(("wam", "age"), [(480, 1), (361, 120), (1, 480)])
def test_no_loan_is_longer_than_forty_years(wam: int, age: int) -> None:
    with pytest.raises(InputError, match=f"age {age}: and the wam {wam} pass 480 months, the longest loan"):
        as_pools(0.05, 0.06, wam, age, "6 CPR")
    assert as_pools(0.05, 0.06, wam, 480 - wam, "6 CPR").age == 480 - wam
