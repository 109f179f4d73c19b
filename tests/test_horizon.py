"""Total return: against plain arithmetic month by month, and what must hold of any horizon."""

from __future__ import annotations

import datetime

import flat
import numpy as np
import pytest

from mbsxl import InputError, Loans, Market, NoSolution, Outlook, ParCurve, Pool, Settlement, total_return
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.loans.prepayment import PrepaymentModel
from mbsxl.market.hull_white import HullWhite, Sample
from mbsxl.value.horizon import aged
from mbsxl.value.measures import OpenMarket
from mbsxl.value.oas import oas_price
from mbsxl.value.on_market import Held
from mbsxl.value.valuation import Paths, balances
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError

SETTLE = datetime.date(2026, 3, 17)
CURVE = ((0.5, 2.0, 5.0, 10.0, 30.0), (0.038, 0.036, 0.038, 0.042, 0.048))
POOL = (0.055, 0.063, 355, 5)
RETURN, INTEREST, PRINCIPAL, REINVESTED, PRICE, HORIZON = range(6)


def test_a_return_is_the_yield_where_everything_earns_the_yield() -> None:
    random = np.random.default_rng(5)
    count = 300
    coupon = random.uniform(0.01, 0.1, count)
    wam = random.integers(2, 361, count)
    pool = Pool(
        coupon,
        coupon + random.uniform(0, 0.02, count),
        wam,
        random.integers(0, 120, count),
        "0.2 to 6 CPR over 30, 9 CPR",
    )
    months = 1 + (random.random(count) * wam).astype(int)
    for program in ("UMBS", "GNMA I", "NONE"):
        settlement = Settlement(SETTLE, program)
        for rate in (-0.01, 0.0, 0.055, 0.2):
            price = flat.price(rate, *pool, *settlement)
            # the same yield at which payments are put away and the pool is priced then
            found = total_return(price, pool, Outlook(months, rate, rate), settlement=settlement)
            assert found.values[RETURN] == pytest.approx(rate, abs=1e-9)


@pytest.mark.parametrize(("claim", "price"), [("POOL", 101.0), ("IO", 24.0), ("PO", 77.0)])
@pytest.mark.parametrize("months", [1, 7, 12, 60])
def test_a_return_is_what_plain_arithmetic_says(claim: str, price: float, months: int) -> None:
    earns, repays = {"POOL": (1, 1), "IO": (1, 0), "PO": (0, 1)}[claim]
    coupon, wac, wam, _ = POOL
    rates = [0.03, 0.035, 0.05]  # of reinvestment, by month
    balance, left, received, interest, principal = 100.0, [], 0.0, 0.0, 0.0
    days = SETTLE.day - 1

    def grown(start: float, end: float) -> float:
        """Return the growth between two times, in months, each month at its own rate."""
        if start > end:
            return 1 / grown(end, start)
        growth, at = 1.0, start
        while at < end - 1e-12:
            month = int(at + 1e-12)
            step = min(month + 1, end) - at
            growth *= (1 + rates[min(month, 2)] / 2) ** (step / 6)
            at += step
        return growth

    for month in range(1, wam + 1):
        level = balance * wac / 12 / (1 - (1 + wac / 12) ** -(wam - month + 1))
        scheduled = level - balance * wac / 12
        prepaid = (balance - scheduled) * (1 - (1 - (0.08 if month <= months else 0.12)) ** (1 / 12))
        paid = earns * balance * coupon / 12, repays * (scheduled + prepaid)
        when = (30 * month - days + 24) / 30
        if month <= months:
            received += sum(paid) * grown(when, months)
            interest, principal = interest + paid[0], principal + paid[1]
        else:
            left.append((sum(paid), when - months))
        balance -= scheduled + prepaid
        if month == months:
            factor = balance / 100
    accrued = earns * 100 * coupon * days / 360
    full = sum(flow * (1 + 0.061 / 2) ** (-when / 6) for flow, when in left)  # of what is left of 100
    monthly = ((received + full) / (price + accrued)) ** (1 / months)
    outlook = Outlook(months, 0.061, rates, "YIELD", "12 CPR")
    found = flat.total_return(price, *POOL, "8 CPR", *outlook, settle=SETTLE, claim=claim).values
    assert found[RETURN] == pytest.approx(2 * (monthly**6 - 1), abs=1e-11)
    assert found[HORIZON] == pytest.approx(full / factor - accrued, abs=1e-9)
    assert found[INTEREST] == pytest.approx(interest + (factor - 1) * accrued, abs=1e-10)
    assert found[PRINCIPAL] == pytest.approx(principal - (1 - factor) * price, abs=1e-10)
    assert found[INTEREST : PRICE + 1].sum() == pytest.approx(received + full - price - accrued, abs=1e-9)


def test_every_kind_of_horizon_is_the_price_it_names() -> None:
    months, spread = 9, 70.0
    then = (0.055, 0.063, 346, 14)
    at = {"settle": SETTLE, "program": "GNMA II"}
    by_z = flat.total_return(101.0, *POOL, "8 CPR", months, spread, 0.04, "Z", None, *CURVE, **at).values
    assert by_z[HORIZON] == pytest.approx(float(flat.z_price(spread, *then, "8 CPR", *CURVE, **at)), abs=1e-10)
    by_price = flat.total_return(101.0, *POOL, "8 CPR", months, by_z[HORIZON], 0.04, "PRICE", **at).values
    at_yield = float(flat.bond_yield(by_z[HORIZON], *then, "8 CPR", **at))
    by_yield = flat.total_return(101.0, *POOL, "8 CPR", months, at_yield, 0.04, "YIELD", **at).values
    assert by_price == pytest.approx(by_z, abs=1e-9)
    assert by_yield == pytest.approx(by_z, abs=1e-9)


# --------------------------------------------------------------------------------------- the pool as it will be


@pytest.mark.parametrize("month", [0, 11])
@pytest.mark.parametrize("burnout", [0.0, 0.4])
def test_on_still_rates_the_pool_then_is_what_is_left_of_the_pool_now(month: int, burnout: float) -> None:
    """Aged, burnt out and seasoned: where rates stay, what is left of a pool is followed from either date alike."""
    rates = HullWhite((1.0, 30.0), (0.045, 0.045), 0.0, 0.03)
    model = PrepaymentModel(burnout=burnout)
    paths = Paths(rates, model, Sample(64, 360), 1.8, month)
    now = Held(flat.Passthrough(flat.as_pools(0.07, 0.075, 348, 10, "0 CPR")), paths, SpreadBasis.BEY)
    later = aged(now, 26)
    growth = (1 + 0.045 / 2) ** (2 * paths.years(348))
    left = balances(now.valuation())[1, 0] * growth
    then = balances(later.valuation())[1, 0] * growth[:322]
    assert later.valuation()[:3] == (0.075, 322, 36)
    assert later.paths.calendar_month == ((month + 1) % 12 + 1 if month else 0)
    assert then == pytest.approx(left[26:] / left[25], abs=2e-6)  # the flat curve is a spline, forwards flat to that
    assert later.valuation().paths.model.burnout > burnout


def test_a_horizon_at_an_option_adjusted_spread_is_priced_as_the_aged_pool_is() -> None:
    model = PrepaymentModel(refinancing=0.0)  # then nothing burns out
    market = OpenMarket(*CURVE, 0.0085, model=model)
    settlement = Settlement(SETTLE)
    found = total_return([101.0, 99.0], Pool(*POOL, "8 CPR"), Outlook(9, 40.0, 0.04, "OAS"), market, settlement)
    later = Settlement(datetime.date(2026, 12, 17))
    price = oas_price(40.0, Loans(0.055, 0.063, 346, 14), Market(ParCurve(*CURVE), 0.0085, model=model), later)
    assert found.values[HORIZON] == pytest.approx([float(price)] * 2, abs=1e-10)
    assert found.values[RETURN][1] > found.values[RETURN][0]


def test_many_pools_at_an_option_adjusted_horizon_are_what_each_is_alone() -> None:
    random = np.random.default_rng(6)
    count = 60
    wac, age = 0.0625 + 0.0005 * random.random(count), random.integers(30, 60, count)
    months, market = random.choice([6, 12], count), OpenMarket(*CURVE, 0.0085)
    together = total_return(101.0, Pool(0.055, wac, 330, age, "8 CPR"), Outlook(months, 40.0, 0.04, "OAS"), market)
    for row in (0, 31):
        own = Pool(0.055, wac[row], 330, age[row], "8 CPR")
        alone = total_return(101.0, own, Outlook(months[row], 40.0, 0.04, "OAS"), market)
        assert together.values[:, row] == pytest.approx(alone.values, abs=2e-3)


@pytest.mark.parametrize(
    ("outlook", "words"),
    [
        (Outlook(0, 0.05, 0.04), "months 0: is no horizon of a pool with 355 months left; give 1 to 355"),
        (Outlook(356, 0.05, 0.04), "months 356"),
        (Outlook(12, 5.0, 0.04), "horizon 5: is no yield"),
        (Outlook(12, 1.01, 0.04, "PRICE"), "horizon 1.01: is no price of a pool"),
        (Outlook(12, 30.0, 0.04, "Z"), 'tenors "": is needed for horizon_kind Z'),
        (Outlook(12, 0.05, 0.04, "YIELD", "12"), 'horizon_speed "12"|speed "12"'),
    ],
)
def test_horizons_that_cannot_be_are_refused_in_words(outlook: Outlook, words: str) -> None:
    with pytest.raises(InputError, match=words):
        total_return(101.0, Pool(*POOL, "8 CPR"), outlook)


def test_an_option_adjusted_horizon_needs_a_volatility() -> None:
    with pytest.raises(InputError, match='volatility "": is needed for horizon_kind OAS'):
        total_return(101.0, Pool(*POOL, "8 CPR"), Outlook(12, 30.0, 0.04, "OAS"), OpenMarket(*CURVE))


def test_to_the_last_month_nothing_is_left_to_price() -> None:
    record = total_return(101.0, Pool(0.055, 0.063, 24, 300, "8 CPR"), Outlook(24, 0.3, 0.04))
    assert np.isnan(record.values[HORIZON])
    assert record.values[PRICE] == 0
    assert record.values[INTEREST : PRICE + 1].sum() > 0
    for wam, speed in ((24.0, "8 CPR"), (60.0, "100 CPR")):
        cells = published()["MBS_TOTAL_RETURN"](101.0, 0.055, 0.063, wam, 300.0, speed, 24.0, 0.3, 0.04)
        assert isinstance(cells, list)
        assert all(isinstance(line[1], float) for line in cells[1:6])
        assert isinstance(cells[6][1], CellError)
        assert "nothing is left of the pool by then" in cells[6][1].message


def test_a_bad_horizon_costs_itself() -> None:
    outlook = Outlook(np.array([12, 400, 12]), 0.05, 0.04)
    _, (values, failures) = total_return.outcome([101.0, 101.0, -8.0], Pool(*POOL, "8 CPR"), outlook)
    assert set(failures) == {1, 2}
    assert isinstance(failures[2], NoSolution)
    assert np.isfinite(values[0]).all()
