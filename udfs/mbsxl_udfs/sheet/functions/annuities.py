"""Annuities and rates of return: PMT and its family, NPV, IRR, depreciation by declining balances.

Source: Microsoft Excel documentation (PV gives the equation that the family solves).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable

from mbsxl_udfs.sheet.calling import flat, function, used
from mbsxl_udfs.sheet.cells import NUM, Cell, CellError
from mbsxl_udfs.sheet.functions.aggregates import Stopped, cells_of, numbers
from mbsxl_udfs.sheet.functions.maths import numeric
from mbsxl_udfs.sheet.operators import Value, number

NO_RATE = CellError(NUM, "no rate gives this value")
NO_PERIOD = CellError(NUM, "it is not a period of the annuity")


def _due(when: float) -> float:
    """Return 1 where payments are made at the beginning of a period."""
    return 1.0 if when else 0.0


def payment(rate: float, periods: float, present: float, future: float, due: float) -> float:
    """Return the payment of an annuity, paid where it is negative."""
    if rate == 0:
        return -(present + future) / periods
    growth = math.expm1(periods * math.log1p(rate))  # over the whole life
    return -(present * (growth + 1) + future) * rate / ((1 + rate * due) * growth)


def future_value(rate: float, periods: float, paid: float, present: float, due: float) -> float:
    """Return what an annuity is worth in the end."""
    if rate == 0:
        return -(present + paid * periods)
    growth = (1 + rate) ** periods
    return -(present * growth + paid * (1 + rate * due) * (growth - 1) / rate)


def interest(rate: float, period: float, periods: float, present: float, future: float, due: float) -> float:
    """Return the interest in one payment of an annuity."""
    paid = payment(rate, periods, present, future, due)
    if due:
        return 0.0 if period == 1 else (future_value(rate, period - 2, paid, present, 1.0) - paid) * rate
    return future_value(rate, period - 1, paid, present, 0.0) * rate


@numeric("PMT")
def _pmt(rate: float, periods: float, present: float, future: float = 0.0, when: float = 0.0) -> float | CellError:
    if periods == 0 or rate <= -1:
        return CellError(NUM, "an annuity has periods, and a rate above -100%")
    return payment(rate, periods, present, future, _due(when))


@numeric("FV")
def _fv(rate: float, periods: float, paid: float, present: float = 0.0, when: float = 0.0) -> float:
    return future_value(rate, periods, paid, present, _due(when))


@numeric("PV")
def _pv(rate: float, periods: float, paid: float, future: float = 0.0, when: float = 0.0) -> float:
    if rate == 0:
        return -(future + paid * periods)
    growth = (1 + rate) ** periods
    return -(future + paid * (1 + rate * _due(when)) * (growth - 1) / rate) / growth


@numeric("NPER")
def _nper(rate: float, paid: float, present: float, future: float = 0.0, when: float = 0.0) -> float:
    if rate == 0:
        return -(present + future) / paid
    level = paid * (1 + rate * _due(when))
    if level + present * rate == 0:
        raise ValueError("the payment is no more than the interest")
    return math.log((level - future * rate) / (level + present * rate)) / math.log(1 + rate)


@numeric("IPMT")
def _ipmt(
    rate: float, period: float, periods: float, present: float, future: float = 0.0, when: float = 0.0
) -> float | CellError:
    if not 1 <= period < periods + 1:
        return NO_PERIOD
    return interest(rate, period, periods, present, future, _due(when))


@numeric("PPMT")
def _ppmt(
    rate: float, period: float, periods: float, present: float, future: float = 0.0, when: float = 0.0
) -> float | CellError:
    if not 1 <= period < periods + 1:
        return NO_PERIOD
    due = _due(when)
    return payment(rate, periods, present, future, due) - interest(rate, period, periods, present, future, due)


def _cumulative(of_payment: bool) -> Callable[..., float | CellError]:
    def total(rate: float, periods: float, present: float, start: float, end: float, when: float) -> float | CellError:
        first, last = math.ceil(start), math.floor(end)
        if rate <= 0 or periods <= 0 or present <= 0 or start < 1 or end < start or end > periods or when not in (0, 1):
            return NO_PERIOD
        paid = payment(rate, periods, present, 0.0, when) * (last - first + 1)
        part = math.fsum(interest(rate, each, periods, present, 0.0, when) for each in range(first, last + 1))
        return paid - part if of_payment else part

    return total


numeric("CUMIPMT")(_cumulative(of_payment=False))
numeric("CUMPRINC")(_cumulative(of_payment=True))


# ----------------------------------------------------------------------------------------------------- rates of return


def solve(value: Callable[[float], float], guess: float, lowest: float = -1.0) -> float | CellError:
    """Return the root of a function near a guess: by secants and, where they fail, between signs found around it."""
    found = _secant(value, guess, lowest)
    return _bracketed(value, guess, lowest) if found is None else found


def _tried(value: Callable[[float], float], at: float) -> float:
    try:
        result = value(at)
    except (ZeroDivisionError, OverflowError, ValueError):
        return math.nan
    return result if isinstance(result, float) else math.nan


def _secant(value: Callable[[float], float], guess: float, lowest: float) -> float | None:
    one, other = guess, guess + 1e-3
    at_one, at_other = _tried(value, one), _tried(value, other)
    for _ in range(60):
        if at_other == 0 or abs(other - one) < 1e-15 * max(1.0, abs(other)):
            return other if other > lowest + 1e-9 else None
        slope = (at_other - at_one) / (other - one) if other != one else 0.0
        if not math.isfinite(slope) or slope == 0:
            return None
        step = other - at_other / slope
        step = (other + lowest) / 2 if step <= lowest else step
        one, at_one, other, at_other = other, at_other, step, _tried(value, step)
    return other if abs(other - one) < 1e-10 and other > lowest + 1e-9 else None


def _bracketed(value: Callable[[float], float], guess: float, lowest: float) -> float | CellError:
    steps = [lowest + (guess - lowest) * (1 - 0.97**place) for place in range(1, 200)]
    places = sorted(
        {*steps, *(guess + (1.12**place - 1) * 0.1 for place in range(140))}, key=lambda at: abs(at - guess)
    )
    tried = sorted((at, _tried(value, at)) for at in places if at > lowest)
    changes = [
        (low, high) for low, high in itertools.pairwise(tried) if low[1] * high[1] <= 0
    ]  # a comparison with NaN is false
    if not changes:
        return NO_RATE
    (low, at_low), (high, _) = min(changes, key=lambda pair: abs(pair[0][0] - guess))
    for _ in range(200):
        middle = (low + high) / 2
        at_middle = _tried(value, middle)
        if at_middle == 0 or high - low < 1e-16 * max(1.0, abs(middle)):
            break
        if (at_middle < 0) == (at_low < 0):
            low, at_low = middle, at_middle
        else:
            high = middle
    return (low + high) / 2


@numeric("RATE")
def _rate(
    periods: float, paid: float, present: float, future: float = 0.0, when: float = 0.0, guess: float = 0.1
) -> float | CellError:
    def value(rate: float) -> float:
        if abs(rate) < 1e-12:
            return present + paid * periods + future
        growth = (1 + rate) ** periods
        return present * growth + paid * (1 + rate * _due(when)) * (growth - 1) / rate + future

    if periods <= 0:
        return CellError(NUM, "an annuity has periods")
    return solve(value, guess or 0.1)


def _worth(rate: float, flows: Iterable[float]) -> float:
    return math.fsum(flow / (1 + rate) ** period for period, flow in enumerate(flows))


@function("NPV", kinds="vr")
def _npv(rate: Cell, *values: Value) -> Cell:
    discount = number(rate)
    if isinstance(discount, CellError):
        return discount
    try:
        return _worth(discount, [0.0, *numbers(values)])
    except Stopped as stopped:
        return stopped.error
    except ZeroDivisionError:
        return CellError("#DIV/0!")


@function("IRR", kinds="rv")
def _irr(values: Value, guess: Cell = None) -> Cell:
    start = 0.1 if guess is None else number(guess)
    try:
        flows = numbers([values])
    except Stopped as stopped:
        return stopped.error
    if isinstance(start, CellError):
        return start
    if not (any(flow > 0 for flow in flows) and any(flow < 0 for flow in flows)):
        return CellError(NUM, "a return has something paid and something received")
    return solve(lambda rate: _worth(rate, flows), start)


def _dated(values: Value, days: Value) -> list[tuple[float, float]] | CellError:
    pairs = list(zip(flat(used(values)), flat(used(days)), strict=False))
    found = []
    for flow, day in pairs:
        one, other = number(flow), number(day)
        if isinstance(one, CellError):
            return one
        if isinstance(other, CellError):
            return other
        found.append((one, float(math.floor(other))))
    if len(flat(used(values))) != len(flat(used(days))) or any(day < found[0][1] for _, day in found):
        return CellError(NUM, "each value has a day, none before the first")
    return found


def _worth_dated(rate: float, flows: list[tuple[float, float]]) -> float:
    return math.fsum(flow / (1 + rate) ** ((day - flows[0][1]) / 365) for flow, day in flows)


@function("XNPV", kinds="vrr")
def _xnpv(rate: Cell, values: Value, days: Value) -> Cell:
    discount, flows = number(rate), _dated(values, days)
    if isinstance(discount, CellError) or isinstance(flows, CellError):
        return discount if isinstance(discount, CellError) else flows  # type: ignore[return-value]
    return _worth_dated(discount, flows) if discount > -1 else CellError(NUM, "the rate is above -100%")


@function("XIRR", kinds="rrv")
def _xirr(values: Value, days: Value, guess: Cell = None) -> Cell:
    start, flows = 0.1 if guess is None else number(guess), _dated(values, days)
    if isinstance(start, CellError) or isinstance(flows, CellError):
        return start if isinstance(start, CellError) else flows  # type: ignore[return-value]
    if not (any(flow > 0 for flow, _ in flows) and any(flow < 0 for flow, _ in flows)):
        return CellError(NUM, "a return has something paid and something received")
    return solve(lambda rate: _worth_dated(rate, flows), start)


@function("MIRR", kinds="rvv")
def _mirr(values: Value, finance: Cell, reinvest: Cell) -> Cell:
    borrowed, invested = number(finance), number(reinvest)
    if isinstance(borrowed, CellError) or isinstance(invested, CellError):
        return borrowed if isinstance(borrowed, CellError) else invested
    try:
        flows = numbers([values])
    except Stopped as stopped:
        return stopped.error
    gains = _worth(invested, [max(flow, 0.0) for flow in flows])
    costs = _worth(borrowed, [min(flow, 0.0) for flow in flows])
    if gains == 0 or costs == 0:
        return CellError("#DIV/0!", "a return has something paid and something received")
    return (-gains * (1 + invested) ** (len(flows) - 1) / costs) ** (1 / (len(flows) - 1)) - 1


@function("FVSCHEDULE", kinds="vr")
def _fv_schedule(principal: Cell, schedule: Value) -> Cell:
    value = number(principal)
    for cell in cells_of([schedule]):
        rate = number(cell)
        if isinstance(value, CellError) or isinstance(rate, CellError):
            return value if isinstance(value, CellError) else rate
        value *= 1 + rate
    return value


# ------------------------------------------------------------------------------------------------------- depreciation


def _declining(cost: float, salvage: float, life: float, period: float, factor: float) -> float:
    rate = min(factor / life, 1.0)
    before = (cost if period == 1 else 0.0) if rate == 1 else cost * (1 - rate) ** (period - 1)
    after = cost * (1 - rate) ** period
    return max(before - max(after, salvage), 0.0)


@numeric("DB")
def _db(cost: float, salvage: float, life: float, period: float, months: float = 12.0) -> float | CellError:
    last = life + (months < 12)
    if cost < 0 or salvage < 0 or life <= 0 or not 1 <= period <= last or not 1 <= months <= 12:
        return CellError(NUM, "the period is within the life, the amounts above 0, and a year has 12 months")
    rate = round(1 - (salvage / cost) ** (1 / life), 3) if cost else 0.0
    first = cost * rate * math.floor(months) / 12
    if math.floor(period) == 1:
        return first
    book = (cost - first) * (1 - rate) ** (math.floor(period) - 2)
    return book * rate * ((12 - math.floor(months)) / 12 if period > life else 1.0)


def _switching(cost: float, salvage: float, life: float, left: float, periods: float, factor: float) -> float:
    """Return the depreciation of the first periods, straight-line from where that is more."""
    total, rest, straight = 0.0, cost - salvage, None
    for period in range(1, math.ceil(periods) + 1):
        if straight is None:
            declining, even = _declining(cost, salvage, life, period, factor), rest / (left - (period - 1))
            if even > declining:
                straight = even
            else:
                rest -= declining
        term = declining if straight is None else straight
        total += term * (periods + 1 - math.ceil(periods) if period == math.ceil(periods) else 1)
    return total


@numeric("VDB")
def _vdb(
    cost: float, salvage: float, life: float, start: float, end: float, factor: float = 2.0, no_switch: float = 0.0
) -> float | CellError:
    if not (0 <= start <= end <= life and cost >= 0 and salvage >= 0 and factor > 0 and life > 0):
        return CellError(NUM, "the periods are within the life, the amounts and the factor above 0")
    if salvage > cost:
        return 0.0
    if no_switch:
        periods = range(math.floor(start) + 1, math.ceil(end) + 1)
        parts = [min(end, period) - max(start, period - 1) for period in periods]
        terms = (_declining(cost, salvage, life, period, factor) for period in periods)
        return math.fsum(term * part for term, part in zip(terms, parts, strict=True))

    def within(first: float, last: float) -> float:
        book = cost - _switching(cost, salvage, life, life, first, factor)
        return _switching(book, salvage, life, life - first, last - first, factor)

    total = within(math.floor(start), math.ceil(end))
    if start > math.floor(start):
        total -= (start - math.floor(start)) * within(math.floor(start), math.floor(start) + 1)
    if end < math.ceil(end):
        total -= (math.ceil(end) - end) * within(math.ceil(end) - 1, math.ceil(end))
    return total
