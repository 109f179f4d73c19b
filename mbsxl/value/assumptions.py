"""What option-adjusted numbers rest on, in words: what was given and what the model's set puts in its place."""

from __future__ import annotations

from mbsxl.conventions.dates import AT_ONCE, Settlement
from mbsxl.loans.pools import Loans
from mbsxl.market.curve import ParCurve
from mbsxl.market.hull_white import PATHS, long_rate_today
from mbsxl.market.volatility import swaption_volatility
from mbsxl.units import BASIS_POINTS
from mbsxl.value.oas import WHOLE, Market, as_request


def assumptions(loans: Loans, market: Market, settlement: Settlement = AT_ONCE) -> str:
    """Return what the numbers of one pool rest on: set, mortgage rate, burnout, volatility, payment.

    Errors
    ------
    InputError
        A pool, market or model that cannot be.
    """
    request, _ = as_request(0.0, loans, market, settlement, PATHS, WHOLE)
    paths = request.held().paths
    rates, model = paths.rates, paths.model
    mortgage_rate = long_rate_today(rates, model.ten_year_weight) + model.mortgage_spread
    spread = f"by the model's spread of {BASIS_POINTS * model.mortgage_spread:.0f} bp"
    quoted = swaption_volatility(
        rates.volatility, 1, 10, ParCurve(rates.tenors, rates.par_yields), rates.mean_reversion
    )
    return "; ".join(
        (
            f"the set {request.sets[0]}",
            f"a mortgage rate of {mortgage_rate:.2%}, {'as given' if model.mortgage_rate else spread}",
            f"burnout {model.burnout:.0%}",
            f"a short-rate volatility of {BASIS_POINTS * rates.volatility:.1f} bp, which is "
            f"{BASIS_POINTS * float(quoted):.1f} bp of 1y10y",
            f"the first payment {paths.first_payment:.2f} months from settlement",
        )
    )
