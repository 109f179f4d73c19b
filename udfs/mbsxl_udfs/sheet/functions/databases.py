"""Totals of the records of a table that meet criteria: DSUM and its like.

Source: Microsoft Excel documentation of DSUM: rows of criteria are alternatives, the cells of a row all hold, and a
text without a sign is how a field begins.
"""

from __future__ import annotations

from mbsxl_udfs.sheet.calling import FUNCTIONS, Refused, function, used, wrong
from mbsxl_udfs.sheet.cells import NUM, Cell, CellError
from mbsxl_udfs.sheet.functions.conditions import Test, criterion
from mbsxl_udfs.sheet.operators import Value, number

_TOTALS = {
    "DAVERAGE": "AVERAGE",
    "DCOUNT": "COUNT",
    "DCOUNTA": "COUNTA",
    "DMAX": "MAX",
    "DMIN": "MIN",
    "DPRODUCT": "PRODUCT",
    "DSTDEV": "STDEV.S",
    "DSTDEVP": "STDEV.P",
    "DSUM": "SUM",
    "DVAR": "VAR.S",
    "DVARP": "VAR.P",
}


def _column(names: list[Cell], field: Cell) -> int | CellError:
    """Return the place of a field, named or counted from 1."""
    if isinstance(field, str):
        known = [name.casefold() if isinstance(name, str) else name for name in names]
        return known.index(field.casefold()) if field.casefold() in known else wrong(f"there is no field {field!r}")
    place = number(field)
    if isinstance(place, CellError):
        return place
    return int(place) - 1 if 1 <= place < len(names) + 1 else wrong(f"the fields are 1 to {len(names)}")


def _test(wanted: Cell) -> Test:
    begins = isinstance(wanted, str) and wanted[:1] not in ("=", "<", ">")
    as_begun = criterion(f"{wanted}*") if begins else None
    as_is = criterion(wanted)
    return lambda cell: as_is(cell) or (as_begun is not None and as_begun(cell))


def _alternatives(names: list[Cell], criteria: Value) -> list[list[tuple[int, Test]]]:
    heads, *lines = used(criteria)
    found = []
    for line in lines:
        tests = []
        for head, wanted in zip(heads, line, strict=True):
            if wanted is None:
                continue
            place = _column(names, head) if isinstance(head, str) else wrong("")
            if isinstance(place, CellError):
                raise Refused("a criterion that is a formula of its own is not computed by the embedded engine")
            tests.append((place, _test(wanted)))
        found.append(tests)
    return found


def _met(table: Value, field: Cell, criteria: Value) -> list[Cell] | CellError:
    """Return a field of the records that meet the criteria; without a field a 1 for each of them."""
    names, *records = used(table)
    place = 0 if field is None else _column(names, field)
    if isinstance(place, CellError):
        return place
    alternatives = _alternatives(names, criteria)
    return [
        1.0 if field is None else record[place]
        for record in records
        if any(all(test(record[at]) for at, test in tests) for tests in alternatives)
    ]


def _total(name: str, of: str) -> None:
    @function(name, kinds="rvr")
    def call(table: Value, field: Cell, criteria: Value) -> Value:
        if field is None and name not in ("DCOUNT", "DCOUNTA"):
            return wrong("it needs a field")
        found = _met(table, field, criteria)
        return found if isinstance(found, CellError) else FUNCTIONS[of].call([found or [None]])


for _name, _of in _TOTALS.items():
    _total(_name, _of)


@function("DGET", kinds="rvr")
def _dget(table: Value, field: Cell, criteria: Value) -> Value:
    found = wrong("it needs a field") if field is None else _met(table, field, criteria)
    if isinstance(found, CellError):
        return found
    if len(found) > 1:
        return CellError(NUM, "several records meet the criteria")
    return found[0] if found else wrong("no record meets the criteria")
