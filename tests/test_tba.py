"""TBA days, the yield table and the window."""

from __future__ import annotations

import datetime
from itertools import pairwise

import flat
import numpy as np
import pytest
from plain_pool import Pool as PlainPool
from plain_pool import traded

from mbsxl import InputError, TbaDates, payup, tba_settle
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError

MONTHS = np.arange("2026-01", "2028-01", dtype="datetime64[M]")
HOLIDAYS = [
    "2023-01-16", "2023-05-29", "2023-09-04", "2023-10-09", "2023-11-10", "2024-01-15", "2024-02-19", "2024-05-27",
    "2024-10-14", "2024-11-11", "2025-01-20", "2025-02-17", "2025-10-13", "2025-11-11", "2026-01-19", "2026-02-16",
    "2026-05-25", "2026-06-19", "2026-07-03", "2026-10-12", "2026-11-11", "2026-11-26", "2027-01-18", "2027-02-15",
    "2027-05-31", "2027-06-18", "2027-07-05", "2027-10-11", "2027-11-11", "2027-11-25",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "start"), [("A", "2023-01"), ("B", "2026-01"), ("C", "2026-01"), ("D", "2026-01")])
def test_every_month_settles_two_business_days_after_it_is_notified(kind: str, start: str) -> None:
    months = np.arange(start, "2028-01", dtype="datetime64[M]")
    settled, notified = tba_settle(months, kind), tba_settle(months, kind, "NOTIFICATION")
    assert (settled.astype("datetime64[M]") == months).all()
    assert (np.busday_count(notified, settled, holidays=HOLIDAYS) == 2).all()
    assert np.is_busday(settled, holidays=HOLIDAYS).all()


def test_classes_settle_one_after_another() -> None:
    days = [tba_settle(MONTHS, kind) for kind in "ABCD"]
    assert all((earlier < later).all() for earlier, later in pairwise(days))


def test_a_month_that_is_not_in_the_table_is_refused_and_says_where_to_find_it() -> None:
    with pytest.raises(InputError, match=r"2028-01.*class A \(it has 2023-01 to 2027-12\).*sifma.org.*tba_dates"):
        tba_settle(np.datetime64("2028-01-05"))
    with pytest.raises(InputError, match=r"2025-06.*class B \(it has 2026-01 to 2027-12\)"):
        tba_settle(np.datetime64("2025-06-01"), "B")


def test_a_table_of_ones_own_takes_the_place_of_the_one_that_ships() -> None:
    own = [
        ["Class", "month", "notification", "settlement"],
        ["A", datetime.date(2028, 1, 1), datetime.date(2028, 1, 11), datetime.date(2028, 1, 13)],
        [None, None, None, None],
        ["b", datetime.date(2028, 1, 1), datetime.date(2028, 1, 14), datetime.date(2028, 1, 19)],
    ]
    formula = published()["MBS_TBA_SETTLE"]
    january = datetime.date(2028, 1, 20)
    assert formula(january, "A", None, own) == (datetime.date(2028, 1, 13) - datetime.date(1899, 12, 30)).days
    assert formula(january, "B", "NOTIFICATION", own) == (datetime.date(2028, 1, 14) - datetime.date(1899, 12, 30)).days
    for broken, words in (
        ([*own, own[1]], "comes twice"),
        ([own[0]], "has a header and no rows"),
        ([["month", "class"], [january, "A"]], "has no column"),
        ([own[0], ["A", january, own[1][3], own[1][2]]], "is notified after it settles"),
        ([own[0], ["E", january, own[1][2], own[1][3]]], "is not one of A, B, C, D"),
        ([own[0], ["A", "soon", own[1][2], own[1][3]]], "is not a date"),
    ):
        answer = formula(january, "A", None, broken)
        assert isinstance(answer, CellError)
        assert words in answer.message
    missing = formula(datetime.date(2026, 1, 1), "A", None, own)
    assert isinstance(missing, CellError)  # the table given is the table


def test_no_class_is_there_without_its_month() -> None:
    empty = TbaDates(*np.empty((1, 0), "M8[D]"), np.empty(0, str), *np.empty((2, 0), "M8[D]"))
    with pytest.raises(InputError, match="it has none of them"):
        tba_settle(np.datetime64("2026-01-01"), "A", tba_dates=empty)


def test_a_payup_is_counted_in_thirty_seconds() -> None:
    assert payup([101.75, 101.0], 101.5) == pytest.approx([8, -16])


# -------------------------------------------------------------------------------------------------- yield tables


def test_a_yield_table_is_its_single_formulas() -> None:
    prices, speeds = [99.0, 100.0, 101.5], ["6 CPR", "12 CPR"]
    at = datetime.date(2026, 3, 17)
    table = flat.yield_table(
        prices, 0.055, 0.063, 348, 12, speeds, None, None, ["YIELD", "WAL", "DURATION"], at, "GNMA I"
    )
    assert table.shape == (12, 3)
    assert table[::4, 0].tolist() == ["yield", "average life", "modified duration"]
    assert table[0, 1:].tolist() == speeds
    for down, price in enumerate(prices):
        for across, cpr in enumerate((0.06, 0.12)):
            plain = traded(PlainPool(0.055, 0.063, 348, cpr), price, 17, 14)
            found = [table[block * 4 + 1 + down, 1 + across] for block in range(3)]
            assert found == pytest.approx([plain.bond_yield, plain.life, plain.duration], abs=1e-9)
            assert table[1 + down, 0] == price


def test_with_a_curve_the_table_has_spreads_and_a_measure_of_the_model_is_refused() -> None:
    curve = ([2.0, 10.0, 30.0], [0.036, 0.042, 0.048])
    table = flat.yield_table([100.0], 0.055, 0.063, 348, 12, ["8 CPR"], *curve)
    assert table[:, 0].tolist()[::2] == ["yield", "average life", "modified duration", "nominal spread"]
    assert table[7, 1] == pytest.approx(float(flat.nominal_spread(100.0, 0.055, 0.063, 348, 12, "8 CPR", *curve)))
    with pytest.raises(InputError, match=r"OAS.*the same in every column"):
        flat.yield_table([100.0], 0.055, 0.063, 348, 12, ["8 CPR"], *curve, ["OAS"])
    with pytest.raises(InputError, match='tenors "": is needed'):
        flat.yield_table([100.0], 0.055, 0.063, 348, 12, ["8 CPR"], None, None, ["Z_SPREAD"])


def test_a_window_is_from_the_first_principal_to_the_last() -> None:
    record = flat.window([0.05, 0.05], 0.055, [360, 24], 0, ["6 CPR", "0 CPR for 5, 100 CPR"], None, "UMBS")
    assert record.values.tolist() == [[1, 1], [360, 6], [1.8 / 12] * 2, [360.8 / 12, 6.8 / 12]]
