"""Securities that pay once: discounts, interest at maturity, interest accrued, and prices in fractions.

Source: Microsoft Excel documentation of each function.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from mbsxl_udfs.sheet.cells import NUM, CellError
from mbsxl_udfs.sheet.functions.bonds import day_count
from mbsxl_udfs.sheet.functions.dates import basis_of, day_of, months_later, year_fraction
from mbsxl_udfs.sheet.functions.maths import numeric

NOT_IN_ORDER = CellError(NUM, "the dates stand in order, and the amounts are above 0")


def _discounted(name: str, value: Callable[[float, float, float], float]) -> None:
    """Declare a function of two amounts and of the years from settlement to maturity."""

    @numeric(name)
    def call(settlement: float, maturity: float, one: float, other: float, basis: float = 0.0) -> float | CellError:
        years = year_fraction(day_of(settlement), day_of(maturity), basis_of(basis))
        if math.floor(settlement) >= math.floor(maturity) or one <= 0 or other <= 0:
            return NOT_IN_ORDER
        result = value(one, other, years)
        return NOT_IN_ORDER if not math.isfinite(result) else result


_discounted("DISC", lambda price, redemption, years: (1 - price / redemption) / years)
_discounted("INTRATE", lambda investment, redemption, years: (redemption / investment - 1) / years)
_discounted("RECEIVED", lambda investment, discount, years: investment / (1 - discount * years))
_discounted("PRICEDISC", lambda discount, redemption, years: redemption * (1 - discount * years))
_discounted("YIELDDISC", lambda price, redemption, years: (redemption / price - 1) / years)


def _at_maturity(settlement: float, maturity: float, issue: float, basis: float) -> tuple[float, float, float]:
    """Return the years from issue to maturity, from issue to settlement, and from settlement to maturity."""
    kind = basis_of(basis)
    settle, end, start = day_of(settlement), day_of(maturity), day_of(issue)
    if settle >= end or start > settle:
        raise ValueError(NOT_IN_ORDER.message)
    return year_fraction(start, end, kind), year_fraction(start, settle, kind), year_fraction(settle, end, kind)


@numeric("PRICEMAT")
def _price_at_maturity(
    settlement: float, maturity: float, issue: float, rate: float, yield_: float, basis: float = 0.0
) -> float | CellError:
    if rate < 0 or yield_ < 0:
        return NOT_IN_ORDER
    life, passed, left = _at_maturity(settlement, maturity, issue, basis)
    return (1 + life * rate) / (1 + left * yield_) * 100 - passed * rate * 100


@numeric("YIELDMAT")
def _yield_at_maturity(
    settlement: float, maturity: float, issue: float, rate: float, price: float, basis: float = 0.0
) -> float | CellError:
    if rate < 0 or price <= 0:
        return NOT_IN_ORDER
    life, passed, left = _at_maturity(settlement, maturity, issue, basis)
    return ((1 + life * rate) / (price / 100 + passed * rate) - 1) / left


@numeric("ACCRINTM")
def _accrued_at_maturity(
    issue: float, settlement: float, rate: float, par: float = 1000.0, basis: float = 0.0
) -> float | CellError:
    if rate <= 0 or par <= 0 or math.floor(issue) >= math.floor(settlement):
        return NOT_IN_ORDER
    return par * rate * year_fraction(day_of(issue), day_of(settlement), basis_of(basis))


@numeric("ACCRINT")
def _accrued(
    issue: float,
    first: float,
    settlement: float,
    rate: float,
    par: float,
    frequency: float,
    basis: float = 0.0,
    from_issue: float = 1.0,
) -> float | CellError:
    kind, times = basis_of(basis), math.floor(frequency)
    if rate <= 0 or par <= 0 or times not in (1, 2, 4) or math.floor(issue) >= math.floor(settlement):
        return NOT_IN_ORDER
    start, end, anchor = day_of(issue), day_of(settlement), day_of(first)
    if not from_issue and end > anchor:
        start = anchor
    months = 12 // times
    step = -math.ceil(((anchor.year - start.year) * 12 + anchor.month - start.month) / months) - 1
    total = 0.0
    while (opening := months_later(anchor, months * step)) < end:
        closing = months_later(anchor, months * (step + 1))
        low, high = max(opening, start), min(closing, end)
        if low < high:
            whole = (closing - opening).days if kind == 1 else (365 if kind == 3 else 360) / times
            total += day_count(low, high, kind) / whole
        step += 1
    return par * rate / times * total


# ------------------------------------------------------------------------------------------------ prices in fractions


@numeric("DOLLARDE")
def _dollar_decimal(price: float, fraction: float) -> float | CellError:
    parts = math.floor(fraction)
    if fraction < 0:
        return CellError(NUM, "a fraction is above 0")
    if parts == 0:
        return CellError("#DIV/0!", "a fraction is above 0")
    whole = math.trunc(price)
    return whole + (price - whole) * 10 ** math.ceil(math.log10(parts)) / parts
