"""The classes of a structure: read from a table, put in the orders in which principal is handed down.

Classes of an order share it: those of one lane follow each other, lanes stand side by side in proportion to their
balances. So principal need be handed to orders only; what a class has of it is read off by clipping.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import Accrual
from mbsxl.conventions.numerals import number_of
from mbsxl.errors import InputError
from mbsxl.speeds.grammar import Speed, parse
from mbsxl.structures.coupons import Coupon, read_coupon

COLUMNS = ("class", "kind", "balance", "coupon", "order", "lane", "band", "lockout", "to", "accrual")
_NOTIONAL = re.compile(r"(?:IO|NTL) +OF +(?P<parents>.+)", re.IGNORECASE)
_SPEED = r"[\d.]+ ?%?"
_BAND = re.compile(
    rf"(?P<low>{_SPEED}) ?(?P<first>[A-Z]*) ?(?:to|and|[-\u2013]) ?(?P<high>{_SPEED}) ?(?P<unit>[A-Z]+)", re.IGNORECASE
)
_NOT_SUPPORTED = {
    "NAS": "non-accelerated senior classes",
    "AS": "accelerated senior classes",
    "CPT": "components",
    "MX": "exchangeable classes",
    "RTL": "retail classes",
    "JMP": "jump triggers",
}
_SAID_OTHERWISE = {
    "PO": "type how its principal is paid, SEQ, PT, SUP or PAC, and a coupon of 0",
    "IO": 'say whose balance it is on, as in "IO of A"',
    "NTL": 'say whose balance it is on, as in "NTL of A, B"',
    "FLT": 'type how its principal is paid, and a coupon as in "INDEX + 0.4, cap 7"',
    "INV": 'type how its principal is paid, and a coupon as in "28.5 - 3 x INDEX, floor 0"',
    "AD": "type how its principal is paid; the accrual class names its order in the column to",
}


class TrancheKind(Enum):
    """What a class is, in the agencies' own words."""

    SEQ = "SEQ"
    PT = "PT"
    SUP = "SUP"
    PAC = "PAC"
    SCH = "SCH"
    TAC = "TAC"
    Z = "Z"
    NTL = "NTL"


SCHEDULED = frozenset({TrancheKind.PAC, TrancheKind.SCH, TrancheKind.TAC})
_OF_KINDS = {"band": SCHEDULED, "lockout": SCHEDULED, "to": frozenset({TrancheKind.Z})}
_BY_RECORD_DATES = (Accrual.FHLMC_REMIC_FIXED, Accrual.FHLMC_REMIC_FLOATING)


class Tranche(NamedTuple):
    """One class; `parents` are those whose balances its notional follows, `order` is 0 for it."""

    name: str
    kind: TrancheKind
    balance: float
    coupon: Coupon
    order: int
    lane: str
    parents: tuple[str, ...]
    accrual: Accrual


class Order(NamedTuple):
    """Classes that are paid together, by their places in the structure, lane by lane.

    `band` are the speeds whose lesser principal is planned, from after `lockout` months on; `accretes` is the rate at
    which an accrual class adds to itself, `to` the place of the order that the same amount pays.
    """

    number: int
    balance: float
    lanes: tuple[tuple[int, ...], ...]
    scheduled: bool
    band: tuple[Speed, ...]
    lockout: int
    accretes: float
    to: int | None


class Structure(NamedTuple):
    """The classes of a deal, and the orders that principal is handed down."""

    tranches: tuple[Tranche, ...]
    orders: tuple[Order, ...]

    @property
    def by_record_dates(self) -> bool:
        """Whether the deal is one of Freddie Mac's with record dates in mid-month."""
        return self.tranches[0].accrual in _BY_RECORD_DATES

    def place(self, name: str) -> int:
        """Return the place of a class.

        Errors
        ------
        InputError
            A class there is not.
        """
        names = [tranche.name.casefold() for tranche in self.tranches]
        if name.strip().casefold() not in names:
            offered = ", ".join(tranche.name for tranche in self.tranches)
            raise InputError("tranche", name, f"is not a class; there are {offered}", wrong_kind=True)
        return names.index(name.strip().casefold())


def read_structure(rows: Sequence[Mapping[str, Any]]) -> Structure:
    """Return the structure that a table describes, a row a class.

    Errors
    ------
    InputError
        A row that is no class, a kind or a feature there is not, a parent or an order that names nothing, or rows of
        one order that contradict each other.
    """
    tranches = [_tranche(row) for row in rows]
    seen: set[str] = set()
    for tranche in tranches:
        if tranche.name.casefold() in seen:
            raise InputError("structure", tranche.name, "stands twice; give each class a name of its own")
        seen.add(tranche.name.casefold())
    if len({tranche.accrual in _BY_RECORD_DATES for tranche in tranches}) > 1:
        remedy = "is by record dates for some classes and not for others, which one deal is not; give all of them one"
        raise InputError("structure", "accrual", remedy, wrong_kind=True)
    numbers = sorted({tranche.order for tranche in tranches if tranche.order})
    orders = tuple(_order(number, numbers, tranches, rows) for number in numbers)
    whole = [_with_notional(tranche, tranches) for tranche in tranches]
    if not orders:
        raise InputError("structure", "", "has no class that is paid principal; give one an order", wrong_kind=True)
    return Structure(tuple(whole), orders)


def _cell(row: Mapping[str, Any], column: str) -> Any:
    value = row.get(column)
    return None if value is None or (isinstance(value, str) and not value.strip()) else value


def _text(row: Mapping[str, Any], column: str) -> str:
    """Return a cell as text; a whole number is one without decimals, and 0 is a blank, as some hosts send one."""
    value = _cell(row, column)
    if isinstance(value, int | float):
        return f"{value:.15g}" if value else ""
    return "" if value is None else str(value).strip()


def _tranche(row: Mapping[str, Any]) -> Tranche:
    name = _text(row, "class")
    if not name:
        raise InputError("structure", "", "has a row without a class; name it", wrong_kind=True)
    kind, parents = _kind(name, _text(row, "kind"))
    notional = kind is TrancheKind.NTL
    balance = _number(row, "balance", name, 0.0 if notional else None)
    coupon = read_coupon(_cell(row, "coupon") or 0.0, f"structure {name} coupon")
    order = 0 if notional else _whole(row, "order", name)
    if balance < 0 or not (notional or balance):
        raise InputError(f"structure {name} balance", balance, "is not above 0; give the original balance")
    if kind is TrancheKind.Z and coupon.multiple:
        raise InputError(f"structure {name} coupon", _text(row, "coupon"), "floats: an accrual class here is fixed")
    _refuse_strangers(row, name, kind)
    accrual = choose(Accrual, f"structure {name} accrual", _text(row, "accrual") or Accrual.POOL)
    return Tranche(name, kind, balance, coupon, order, _text(row, "lane"), parents, accrual)


def _refuse_strangers(row: Mapping[str, Any], name: str, kind: TrancheKind) -> None:
    """Refuse what a row says and its kind would leave unheard."""
    for column, kinds in _OF_KINDS.items():
        if kind not in kinds and _text(row, column):
            offered = ", ".join(sorted(each.value for each in kinds))
            remedy = f"is for the kinds {offered}, and the class is {kind.value}; leave it blank"
            raise InputError(f"structure {name} {column}", _text(row, column), remedy)


def _kind(name: str, text: str) -> tuple[TrancheKind, tuple[str, ...]]:
    notional = _NOTIONAL.fullmatch(text.strip())
    if notional is not None:
        return TrancheKind.NTL, tuple(part.strip() for part in notional["parents"].split(","))
    plain = text.strip().upper()
    if plain in _NOT_SUPPORTED:
        remedy = f"means {_NOT_SUPPORTED[plain]}, which are not projected here"
        raise InputError(f"structure {name} kind", text, remedy, wrong_kind=True)
    if plain in _SAID_OTHERWISE:
        raise InputError(f"structure {name} kind", text, f"is no kind here; {_SAID_OTHERWISE[plain]}", wrong_kind=True)
    offered = [kind.value for kind in TrancheKind if kind is not TrancheKind.NTL]
    if plain not in offered:
        remedy = f'is not a kind; there are {", ".join(offered)}, and "NTL of" or "IO of" a class'
        raise InputError(f"structure {name} kind", text, remedy, wrong_kind=True)
    return TrancheKind(plain), ()


def _number(row: Mapping[str, Any], column: str, name: str, default: float | None) -> float:
    value = _cell(row, column)
    if value is None and default is not None:
        return default
    if isinstance(value, str):
        return number_of(value, f"structure {name} {column}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = "" if value is None else value
        raise InputError(f"structure {name} {column}", shown, "is not a number; give one", wrong_kind=True)
    return float(value)


def _whole(row: Mapping[str, Any], column: str, name: str, default: float | None = None) -> int:
    number = _number(row, column, name, default)
    if number != int(number) or number < 0 or (column == "order" and number == 0):
        raise InputError(f"structure {name} {column}", number, "is not a whole number above 0; give 1, 2, 3")
    return int(number)


def _order(number: int, numbers: list[int], tranches: list[Tranche], rows: Sequence[Mapping[str, Any]]) -> Order:
    members = [place for place, tranche in enumerate(tranches) if tranche.order == number]
    lanes: dict[str, list[int]] = {}
    for place in members:
        lanes.setdefault(tranches[place].lane or f"\0{place}", []).append(place)
    scheduled = any(tranches[place].kind in SCHEDULED for place in members)
    accruing = [place for place in members if tranches[place].kind is TrancheKind.Z]
    where = f"structure order {number}"
    if accruing and len(members) > 1:
        raise InputError(where, tranches[accruing[0]].name, "is an accrual class beside others; give it its own order")
    band = _band([_text(rows[place], "band") for place in members], where)
    lockouts = {_whole(rows[place], "lockout", tranches[place].name, 0.0) for place in members} - {0}
    if len(lockouts) > 1:
        raise InputError(where, str(sorted(lockouts)), "has two lockouts; give it one")
    balance = sum(tranches[place].balance for place in members)
    rate = tranches[accruing[0]].coupon.fixed if accruing else 0.0
    to = _target(rows[accruing[0]], numbers, number) if accruing else None
    return Order(
        number, balance, tuple(map(tuple, lanes.values())), scheduled, band, max(lockouts, default=0), rate, to
    )


def _band(texts: list[str], where: str) -> tuple[Speed, ...]:
    given = {text for text in texts if text}
    if len(given) > 1:
        raise InputError(where, ", ".join(sorted(given)), "has two bands; give an order one")
    if not given:
        return ()
    text = given.pop()
    found = _BAND.fullmatch(text)
    if found is None:
        return (parse(text, f"{where} band"),)
    low, high = (parse(f"{found[end]} {found['unit']}", f"{where} band") for end in ("low", "high"))
    if found["first"].upper() not in ("", found["unit"].upper()) or low.rates > high.rates:
        raise InputError(f"{where} band", text, "is no band; type one as in 100 to 250 PSA", wrong_kind=True)
    return low, high


def _target(row: Mapping[str, Any], numbers: list[int], own: int) -> int | None:
    if not _text(row, "to"):
        return None
    to = _whole(row, "to", _text(row, "class"))
    if to not in numbers or to == own:
        offered = ", ".join(str(number) for number in numbers if number != own)
        raise InputError("structure to", to, f"names no other order; there are {offered}")
    return numbers.index(to)


def _with_notional(tranche: Tranche, tranches: list[Tranche]) -> Tranche:
    """Return a class whose notional, where none is given, is its parents' balance."""
    if tranche.kind is not TrancheKind.NTL:
        return tranche
    paid = {other.name.casefold(): other for other in tranches if other.kind is not TrancheKind.NTL}
    for parent in tranche.parents:
        if parent.casefold() not in paid:
            remedy = f"is the notional of {parent}, which is no class that is paid principal"
            raise InputError("structure", tranche.name, remedy)
    return tranche._replace(balance=tranche.balance or sum(paid[each.casefold()].balance for each in tranche.parents))
