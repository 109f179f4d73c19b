"""The published files as they are: what is read of each, by the names of its columns; any other form is refused."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from lxml import etree

from mbsxl.errors import InputError
from mbsxl_workbooks.shared.market import TENORS


class Reading(NamedTuple):
    """What a file says of its last day.

    Attributes
    ----------
    day
        That day.
    values
        Numbers by name; rates as decimals, amounts in $bn.
    rows
        A table where the file is one, such as cohorts of holdings.
    """

    day: datetime.date
    values: dict[str, float]
    rows: list[dict[str, float]]


_RATES = (-0.05, 0.25)  # outside of it a rate is a misprint, or not in percent
_LONG_RATES = (0.005, 0.25)  # of mortgages and of 30 years, none of which was ever lower: below it they are decimals
_TENOR = re.compile(r"([\d.]+) ?(mo|month|yr|year)s?", re.IGNORECASE)
_DESCRIBED = re.compile(r"(\d+(?:\.\d+)?)% (\d\d)/(\d\d)\b")  # UMBS MORTPASS 2% 10/51
_TERM = re.compile(r"(\d+)yr")


def treasury(data: bytes) -> Reading:
    """Return the last par yield curve of the Treasury's daily table, CSV or XML: cmt_3m, cmt_1y and so on."""
    rows = _xml_days(data) if data.lstrip()[:5] == b"<?xml" else _table(data, ("Date",))
    day, row = _last(rows, "Date")
    found = {f"cmt_{tenor}": row[name] for name in row if name and (tenor := _tenor(name))}
    if missing := [tenor for tenor in TENORS if f"cmt_{tenor}" not in found]:
        raise InputError("column", missing[0], f"is not in the table; it has {', '.join(filter(None, row))}")
    required = {f"cmt_{tenor}" for tenor in TENORS}
    values = {name: _rate(found[name], name) for name in found if found[name] or name in required}
    _rate(found["cmt_30y"], "cmt_30y", _LONG_RATES)
    return Reading(day, values, [])


def survey(data: bytes) -> Reading:
    """Return the last week of Freddie Mac's mortgage survey: mortgage_rate of 30 years and mortgage_rate_15.

    Its rows are the mean 30-year rate of each month whose weeks are all there.
    """
    rows = _table(data, ("date", "pmms30", "pmms15"))
    day, row = _last(rows, "date")
    names = {"mortgage_rate": "pmms30", "mortgage_rate_15": "pmms15"}
    values = {name: _rate(row[column], column, _LONG_RATES) for name, column in names.items()}
    weeks = {_day(each["date"]): _rate(each["pmms30"], "pmms30", _LONG_RATES) for each in rows if each["pmms30"]}
    means = [{"month": month, "rate": sum(rates) / len(rates)} for month, rates in _months(weeks).items()]
    return Reading(day, values, means)


def held_outright(data: bytes) -> Reading:
    """Return the Fed's mortgage-backed securities of H.4.1, $bn: last week's; its rows are of the months' last."""
    rows = _table(data, ("WSHOMCB",))
    date = next((name for name in ("observation_date", "DATE") if name in rows[0]), None)
    if date is None:
        raise InputError("column", "observation_date", f"is not in the table; it has {', '.join(rows[0])}")
    weeks = [(_day(row[date]), row["WSHOMCB"]) for row in rows if row["WSHOMCB"] not in ("", ".")]
    if not weeks:
        raise InputError("WSHOMCB", "", "has no number in any week")
    _require_once([day for day, _ in weeks])
    levels = {day: _number(text, "WSHOMCB", (0, 1e7)) / 1000 for day, text in weeks}
    ends = [{"month": month, "held": held[-1]} for month, held in _months(levels).items()]
    return Reading(max(levels), {"holdings": levels[max(levels)]}, ends)


def sofr(data: bytes) -> Reading:
    """Return the last secured overnight financing rate."""
    rows = [row for row in _listed(_json(data), "refRates") if not isinstance(row, dict) or row.get("type") == "SOFR"]
    if not rows:
        raise InputError("type", "SOFR", "is the type of no rate in it")
    day, row = _last(rows, "effectiveDate", ("percentRate",))
    return Reading(day, {"funding": _rate(row["percentRate"], "percentRate")}, [])


def as_of_date(data: bytes) -> datetime.date:
    """Return the last day for which the Fed's holdings are published."""
    dates = _listed(_json(data).get("soma"), "asOfDates")
    return max(map(_day, dates))


def holdings(data: bytes) -> Reading:
    """Return the Fed's agency pass-throughs by coupon and term: share of face, months since issue, and the sum, $bn.

    Every security listed counts, also one that was aggregated from others: those are no longer listed beside it. A
    security listed twice is refused.
    """
    rows = _holdings_csv(data) if data.lstrip()[:1] not in (b"{", b"[") else _holdings_json(data)
    face: defaultdict[tuple[float, int], float] = defaultdict(float)
    aged: defaultdict[tuple[float, int], float] = defaultdict(float)
    days, seen = set(), set()
    for row in (row for row in rows if row["securityType"] == "MBS"):
        if row["cusip"] in seen:
            raise InputError("cusip", row["cusip"], "is listed twice; its face would count double")
        seen.add(row["cusip"])
        day, amount = _day(row["asOfDate"]), _number(row["currentFaceValue"], "currentFaceValue", (0, 1e12)) / 1e9
        described, term = _DESCRIBED.search(row["securityDescription"]), _TERM.fullmatch(row["term"])
        if not described or not term:
            raise InputError("securityDescription", f"{row['securityDescription']} {row['term']}", "is not read here")
        months = 12 * int(term[1])
        matures = 12 * (2000 + int(described[3])) + int(described[2])
        key = round(2 * float(described[1])) / 200, months
        face[key] += amount
        aged[key] += amount * max(months - (matures - 12 * day.year - day.month), 0)
        days.add(day)
    total = sum(face.values())
    if len(days) != 1 or not total:
        raise InputError("holdings", f"{len(days)} days", "are no holdings of one day; ask for one")
    cohorts: list[dict[str, float]] = [
        {"coupon": key[0], "term": key[1], "months_elapsed": round(aged[key] / face[key]), "share": face[key] / total}
        for key in sorted(face, key=lambda key: (key[1], key[0]))
        if face[key]
    ]
    return Reading(days.pop(), {"soma_mbs": total}, cohorts)


# ------------------------------------------------------------------------------------------------------ how they look


def _text(data: bytes) -> str:
    text = data.decode("utf-8-sig", errors="replace").strip()
    if not text:
        raise InputError("file", "", "is empty; nothing came")
    if text[:1] == "<":
        raise InputError("file", text[:40], "is a page, not data; a proxy's, or the address has changed")
    return text


def _table(data: bytes, names: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of a CSV file by column; every row has to be as long as the header."""
    try:
        header, *lines = csv.reader(io.StringIO(_text(data)))
    except csv.Error as fault:
        raise InputError("file", "CSV", f"is cut off or broken: {fault}") from fault
    header = [name.strip() for name in header]
    for name in names:
        if name not in header:
            raise InputError("column", name, f"is not in the table; it has {', '.join(header)}")
    rows = [line for line in lines if any(line)]
    if twice := [name for name in header if name and header.count(name) > 1]:
        raise InputError("column", twice[0], "is in the table twice")
    if not rows:
        raise InputError("file", ", ".join(header), "has a header and no row")
    for number, line in enumerate(rows, start=2):
        if len(line) != len(header):
            raise InputError("line", number, f"has {len(line)} of {len(header)} columns; the file is cut off or broken")
    return [dict(zip(header, (cell.strip() for cell in line), strict=True)) for line in rows]


def _xml_days(data: bytes) -> list[dict[str, str]]:
    """Return the days of the Treasury's XML, by the names that its CSV has."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as fault:
        raise InputError("file", "XML", f"is cut off or broken: {fault}") from fault
    days = [{etree.QName(each).localname: each.text or "" for each in day} for day in root.iter("{*}properties")]
    days = [day for day in days if "NEW_DATE" in day]
    if not days:
        raise InputError("column", "NEW_DATE", "is in no entry")
    return [
        {"Date": day["NEW_DATE"][:10]}
        | {
            f"{found[1].replace('_', '.')} {found[2]}": text
            for name, text in day.items()
            if (found := re.fullmatch(r"BC_([\d_]+)(MONTH|YEAR)", name))
        }
        for day in days
    ]


def _json(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(_text(data))
    except (ValueError, RecursionError) as fault:
        raise InputError("file", "JSON", f"is cut off or broken: {fault}") from fault
    if not isinstance(found, dict):
        raise InputError("file", "JSON", "is not what is published there")
    return found


def _listed(found: Any, name: str) -> list[Any]:
    rows = found.get(name) if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise InputError("field", name, "is missing")
    if not rows:
        raise InputError("field", name, "is empty")
    return rows


def _holdings_json(data: bytes) -> list[Mapping[str, str]]:
    rows = _listed(_json(data).get("soma"), "holdings")
    for row in rows:
        for name in _HELD:
            if not isinstance(row, dict) or not isinstance(row.get(name), str):
                raise InputError("field", name, "is missing in a holding")
    return rows


_HELD = ("asOfDate", "cusip", "securityType", "securityDescription", "term", "currentFaceValue")
_HELD_CSV = ("As Of Date", "CUSIP", "Security Type", "Security Description", "Term", "Current Face Value")


def _holdings_csv(data: bytes) -> list[Mapping[str, str]]:
    rows = _table(data, _HELD_CSV)
    return [{name: row[column] for name, column in zip(_HELD, _HELD_CSV, strict=True)} for row in rows]


# --------------------------------------------------------------------------------------------------------- their cells


def _last(rows: list[Any], date: str, names: tuple[str, ...] = ()) -> tuple[datetime.date, dict[str, Any]]:
    """Return the last day of a table, whatever its order, and its row."""
    for row in rows:
        for name in (date, *names):
            if not isinstance(row, dict) or name not in row:
                raise InputError("field", name, "is missing")
    days = [_day(row[date]) for row in rows]
    _require_once(days)
    return max(zip(days, rows, strict=True), key=lambda each: each[0])


def _require_once(days: list[datetime.date]) -> None:
    """Refuse a table that says two things of a day."""
    for before, day in pairwise(sorted(days)):
        if before == day:
            raise InputError("date", day.isoformat(), "stands twice; which row holds cannot be told")


def _day(text: str) -> datetime.date:
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.datetime.strptime(text, form).date()
        except (ValueError, TypeError):
            continue
    raise InputError("date", str(text), "is not a date as it is published, such as 2026-11-25 or 11/25/2026")


def _months(weeks: Mapping[datetime.date, float]) -> dict[float, list[float]]:
    """Return the weeks of each month, 202611 for November 2026; not those of the last, while it may have more."""
    found: defaultdict[float, list[float]] = defaultdict(list)
    for day in sorted(weeks):
        found[100 * day.year + day.month].append(weeks[day])
    last = max(weeks)
    if (last + datetime.timedelta(days=7)).month == last.month:
        del found[100 * last.year + last.month]
    return dict(found)


def _tenor(name: str) -> str:
    """Return what templates call a maturity: 3 Mo is 3m; nothing where it is none."""
    found = _TENOR.fullmatch(name)
    return f"{found[1]}{found[2][0].lower()}" if found else ""


def _number(text: object, name: str, bounds: tuple[float, float]) -> float:
    try:
        number = float(str(text))
    except ValueError:
        number = math.nan
    if not bounds[0] <= number <= bounds[1]:
        raise InputError(name, str(text), f"is not a number between {bounds[0]:g} and {bounds[1]:g}")
    return number


def _rate(text: object, name: str, bounds: tuple[float, float] = _RATES) -> float:
    """Return a rate printed in percent, as a decimal without the noise of the division."""
    low, high = bounds
    return round(_number(text, name, (100 * low, 100 * high)) / 100, 12)
