"""Deals of every kind of class beside an independent witness in plain arithmetic, through the cell."""

from __future__ import annotations

import datetime
import functools
import random
from typing import Any

import numpy as np
import plain_deal as plain
import pytest
from test_structures import cohorts_of, structure_of

from mbsxl.loans.prepayment import as_model
from mbsxl.market.hull_white import HullWhite, Sample
from mbsxl.structures.paths import Cohort, PathDeal, class_values, collateral_along
from mbsxl.structures.schedule import planned_balances
from mbsxl.value.valuation import Paths
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.serial import date_of_serial

HEADER = ["class", "kind", "balance", "coupon", "order", "lane", "band", "lockout", "to"]
COHORTS = (plain.Cohort(250e6, 0.06, 0.0665, 357, 3), plain.Cohort(150e6, 0.06, 0.064, 340, 20))
COLLATERAL = [["face", "coupon", "wac", "wam", "age"], *([*each] for each in COHORTS)]
FIRST = 1.8  # settled on the 1st, 24 days of delay


def row(each: plain.Class) -> list[Any]:
    """A class as a row of the table."""
    kind = f"NTL of {', '.join(each.of)}" if each.of else each.kind
    band = " to ".join(f"{speed:g}" for speed in each.band) + " PSA" if each.band else ""
    return [each.name, kind, each.balance, each.coupon, each.order or "", each.lane, band, each.lockout, each.to or ""]


def c(name: str, kind: str, millions: float, coupon: float, order: int, **more: Any) -> plain.Class:
    return plain.Class(name, kind, 1e6 * millions, coupon, order, **more)


DEALS = {
    "sequential with an accrual class last": [
        c("A", "SEQ", 180, 0.055, 1), c("B", "SEQ", 120, 0.06, 2), c("C", "SEQ", 60, 0.06, 3), c("Z", "Z", 40, 0.06, 4),
        c("I", "NTL", 15, 0.06, 0, of=("A",)),
    ],
    "two accrual classes, one feeding the other's order": [
        c("A", "SEQ", 200, 0.058, 1), c("M", "SEQ", 100, 0.06, 2), c("ZA", "Z", 60, 0.06, 3, to=4),
        c("ZB", "Z", 40, 0.055, 4, to=2),
    ],
    "pass-through lanes beside a principal-only class": [
        c("A1", "SEQ", 120, 0.0625, 1, lane="a"), c("A2", "SEQ", 160, 0.0625, 1, lane="a"),
        c("PO", "PT", 10, 0.0, 1, lane="p"), c("F", "PT", 60, 0.0575, 1, lane="f"), c("D", "SEQ", 50, 0.055, 2),
    ],
    "planned, with supports and an accrual support": [
        c("PA", "PAC", 120, 0.055, 1, lane="p", band=(90.0, 300.0)), c("PB", "PAC", 60, 0.06, 1, lane="p"),
        c("PC", "PAC", 40, 0.06, 1, lane="p"), c("S", "SUP", 140, 0.06, 2), c("SZ", "Z", 40, 0.06, 3),
    ],
    "planned twice over, locked out, targeted, with an accrual class that feeds the second": [
        c("PA", "PAC", 140, 0.055, 1, lane="p", band=(100.0, 250.0), lockout=12),
        c("PB", "PAC", 60, 0.055, 1, lane="p"),
        c("TA", "SCH", 50, 0.055, 2, band=(140.0, 220.0)), c("T", "TAC", 30, 0.055, 3, band=(165.0,)),
        c("Z", "Z", 10, 0.055, 4, to=2), c("W", "SUP", 80, 0.06, 5, lane="w"), c("X", "SUP", 20, 0.06, 5, lane="w"),
        c("PO", "SUP", 10, 0.0, 5, lane="q"), c("EI", "IO", 40, 0.005, 0, of=("PA", "PB")),
    ],
    "a plan behind an order without one": [
        c("V", "SEQ", 60, 0.055, 1), c("P", "PAC", 150, 0.06, 2, band=(100.0, 275.0)), c("S", "SUP", 190, 0.06, 3),
    ],
    "targeted, one speed, sold support last": [
        c("T", "TAC", 220, 0.06, 1, band=(150.0,)), c("S1", "SUP", 100, 0.06, 2), c("S2", "SUP", 80, 0.06, 2),
    ],
}  # fmt: skip


@functools.cache
def ran(name: str, psa: int) -> tuple[plain.Deal, dict[str, list[float]]]:
    """The witness's deal at a speed, its flows and its balances."""
    deal = plain.Deal(DEALS[name], COHORTS)
    return deal, deal.run(psa)


@pytest.mark.parametrize("name", DEALS)
@pytest.mark.parametrize("psa", [0, 165, 500])
def test_every_class_every_month(name: str, psa: int) -> None:
    deal, balances = ran(name, psa)
    table = [HEADER, *map(row, DEALS[name])]
    flow = published()["MBS_CMO_CASHFLOW"]
    for each in DEALS[name]:
        rows = flow(each.name, table, COLLATERAL, f"{psa} PSA")
        assert isinstance(rows, list), rows.message
        found = [(line[3], line[4], line[5]) for line in rows[1:]]
        for mine, theirs in zip(found, deal.flows[each.name], strict=True):
            assert mine == pytest.approx(theirs, abs=1e-4)
        assert [line[7] for line in rows[1:]] == pytest.approx(balances[each.name][1:], abs=1e-4)
    lives = published()["MBS_CMO"](table, COLLATERAL, f"{psa} PSA")
    assert [line[2] for line in lives[1:]] == pytest.approx(
        [plain.life(balances[each.name], FIRST) for each in DEALS[name]], rel=1e-9
    )


@pytest.mark.parametrize("name", [name for name, classes in DEALS.items() if any(each.band for each in classes)])
def test_planned_balances_and_the_same_deal_on_them_as_printed(name: str) -> None:
    classes = DEALS[name]
    table, planned = [HEADER, *map(row, classes)], plain.Deal(classes, COHORTS).planned()
    rows = published()["MBS_CMO_SCHEDULE"](table, COLLATERAL)
    assert rows[0] == ["month", *(f"order {order}" for order in planned)]
    for place, order in enumerate(planned, start=1):
        assert [line[place] for line in rows[1:]] == pytest.approx(planned[order], abs=1e-4)
    without = [HEADER, *([*line[:6], "", "", *line[8:]] for line in table[1:])]
    ways = [rows, [line[1:] for line in rows], rows[1:], [line[1:] for line in rows[1:]]]
    ways += [[[*planned], *(line[1:] for line in rows[1:])], [line[::-1] for line in rows]]
    wanted = published()["MBS_CMO"](table, COLLATERAL, "400 PSA")
    for schedule in ways:
        assert published()["MBS_CMO"](without, COLLATERAL, "400 PSA", schedule) == wanted


@pytest.mark.parametrize(
    ("accrual", "day", "accrued", "until_paid"),
    [
        ("POOL", datetime.date(2026, 1, 15), 14, 40),  # from 1 January; 25 February
        ("", datetime.date(2006, 2, 28), 27, 25),
        ("NO DELAY", datetime.date(2026, 1, 15), -10, 40),  # from 25 January
        ("no delay", datetime.date(2026, 1, 30), 5, 25),
        ("FHLMC REMIC FIXED", datetime.date(1999, 2, 15), 0, 60),  # SF-47: bought by 14 March, paid on 15 April
        ("FHLMC REMIC FIXED", datetime.date(1999, 3, 14), 29, 31),
        ("FHLMC REMIC FLOATING", datetime.date(1999, 2, 15), -30, 60),
        ("FHLMC REMIC FLOATING", datetime.date(1999, 3, 14), -1, 31),
    ],
)
def test_yields_and_lives_at_settlement(accrual: str, day: datetime.date, accrued: int, until_paid: int) -> None:
    (deal, balances), prices = (
        ran("planned, with supports and an accrual support", 165),
        [101.5, 99.25, 88.0, 97.0, 70.5],
    )
    classes = list(deal.classes.values())
    table = [[*HEADER, "accrual"], *([*row(each), accrual] for each in classes)]
    rows = published()["MBS_CMO_MEASURES"](
        [["YIELD", "WAL", "ACCRUED"]], [[price] for price in prices], table, COLLATERAL, "165 PSA",
        None, None, None, None, None, None, None, day,
    )  # fmt: skip
    first = until_paid / 30
    for line, each, price in zip(rows[1:], classes, prices, strict=True):
        bought = 100 * each.coupon * accrued / 360
        assert line[1] == pytest.approx(
            plain.bond_yield(deal.flows[each.name], each.balance, price + bought, first), abs=1e-9
        )
        assert line[2] == pytest.approx(plain.life(balances[each.name], first), abs=1e-9)
        assert line[3] == pytest.approx(bought, abs=1e-12)
    lives = published()["MBS_CMO"](table, COLLATERAL, "165 PSA", None, None, day)
    assert [line[2] for line in lives[1:]] == pytest.approx([line[2] for line in rows[1:]])
    flow = published()["MBS_CMO_CASHFLOW"]("PA", table, COLLATERAL, "165 PSA", None, None, day)
    paid = date_of_serial(flow[1][1], "date").item()
    assert (paid.day, (paid - day).days) in {(15, 59), (15, 32), (25, 41), (25, 25), (25, 26)}


@pytest.mark.parametrize("name", DEALS)
def test_on_paths_every_class_is_paid_as_the_witness_pays_it(name: str) -> None:
    """On four paths that fall and rise: the mean of what each class is paid, discounted."""
    classes, count = DEALS[name], 4
    held = tuple(Cohort(each.face, each.wac, each.wam, each.age) for each in COHORTS)
    structure = structure_of([HEADER, *map(row, classes)])
    planned = planned_balances(structure, cohorts_of(COLLATERAL))
    deal = PathDeal(structure, held, tuple((place, tuple(line[:, 0].tolist())) for place, line in planned.items()))
    market = HullWhite((2.0, 5.0, 10.0, 30.0), (0.036, 0.038, 0.042, 0.048), 0.011, 0.03)
    paths = Paths(market, as_model(None), Sample(count, 360), 1.8, 0)
    principal, weights = collateral_along(held, paths)
    assert principal.shape[1] == count
    found, months = class_values(deal, paths)[:, 0], len(principal)
    cash = {each.name: np.zeros((months, count)) for each in classes}
    for path in range(count):
        witness = plain.Deal(classes, COHORTS)
        witness.pay_out(principal[:, path].tolist())
        for each in classes:
            cash[each.name][:, path] = [paid + interest for paid, interest, _ in witness.flows[each.name]]
    for mine, each in zip(found, classes, strict=True):
        mean = (cash[each.name] * weights).sum(axis=1) / weights.sum(axis=1)
        assert mine == pytest.approx(mean * paths.discount(months) / each.balance, abs=1e-12)


def test_random_deals() -> None:
    dice = random.Random(16)
    for _ in range(10):
        classes = random_deal(dice)
        psa = dice.choice([0, 40, 130, 165, 300, 900])
        deal = plain.Deal(classes, COHORTS)
        balances = deal.run(psa)
        names = [each.name for each in classes]
        rows = published()["MBS_CMO_DECREMENT"]([HEADER, *map(row, classes)], COLLATERAL, [[f"{psa} PSA"]], None, 1)
        assert isinstance(rows, list), rows.message
        for place, name in enumerate(names, start=1):
            percent = [100 * balance / balances[name][0] for balance in balances[name]]
            assert [line[place] for line in rows[1:-1]] == pytest.approx(percent, abs=1e-6)


def random_deal(dice: random.Random) -> list[plain.Class]:
    """Classes of 400 millions: planned orders that fit their bands, an accrual class or two, lanes."""
    classes: list[plain.Class] = []
    order, left = 0, 400.0
    if dice.random() < 0.3:
        order += 1
        classes.append(c("V", "SEQ", 30, 0.05, order))
        left -= 30
    for kind, low, high in (("PAC", 100, 280), ("SCH", 140, 220), ("TAC", 165, 165)):
        if dice.random() < 0.6:
            order += 1
            size = dice.randint(20, 60) / 2
            band = (float(low), float(high)) if low < high else (float(low),)
            lane = dice.choice(["", "x"])
            lockout = dice.choice([0, 0, 6, 24])
            classes.append(c(f"{kind}1", kind, size, 0.05, order, lane=lane, band=band, lockout=lockout))
            classes.append(c(f"{kind}2", kind, size, 0.055, order, lane=lane))
            left -= 2 * size
    fed = sorted({each.order for each in classes}) or [0]
    for name in ("ZA", "ZB"):
        if dice.random() < 0.5:
            order += 1
            classes.append(c(name, "Z", 20, 0.055, order, to=dice.choice([0, *fed])))
            left -= 20
    order += 1
    for place, lane in enumerate(dice.choice([[""], ["", ""], ["w", "w", "p"]])):
        size = left if place == 2 or lane == "" else 30.0
        size = left / 2 if lane == "" and place == 0 and dice.random() < 0.5 else size
        classes.append(c(f"S{place}", "SUP", size, 0.06, order, lane=lane))
        left -= size
        if left <= 0:
            break
    if left > 0:
        classes.append(c("LAST", "SEQ", left, 0.06, order + 1))
    classes.append(c("IO", "NTL", 10, 0.0, 0, of=(classes[0].name, classes[-1].name)))
    return classes
