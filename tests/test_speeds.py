"""Many speeds side by side: the same rates, to the bit, as each speed alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbsxl.errors import InputError
from mbsxl.speeds.columns import NEVER, as_speeds, read_speeds
from mbsxl.speeds.grammar import parse

ONE = st.one_of(
    st.integers(0, 1000).map(lambda rate: f"{rate / 10} CPR"),
    st.integers(0, 2500).map(lambda rate: f"{rate} PSA"),
    st.integers(0, 20).map(lambda rate: f"{rate / 10} ABS"),
    st.integers(0, 100).map(lambda rate: f"{rate} SMM"),
    st.sampled_from(
        ["6 CPR for 12, 8 CPR", "0.2 to 6 CPR over 30, 6 CPR", "150 PSA for 6, 1 ABS", "5 SMM for 2, 300 PSA"]
    ),
)
ROWS = st.lists(st.tuples(ONE, st.integers(0, 60)), min_size=1, max_size=12)


@given(ROWS, st.integers(1, 60))
def test_side_by_side_as_each_alone(rows: list[tuple[str, int]], months: int) -> None:
    texts, ages = [text for text, _ in rows], np.array([age for _, age in rows])
    together = as_speeds(texts).monthly(ages, months)
    alone = [as_speeds([text]).monthly(np.array([age]), months)[0] for text, age in rows]
    assert together.tolist() == [row.tolist() for row in alone]


@given(ROWS)
def test_a_speed_stays_the_same_from_where_it_settles(rows: list[tuple[str, int]]) -> None:
    speeds, ages = as_speeds([text for text, _ in rows]), np.array([age for _, age in rows])
    settling = speeds.settling(ages)
    smm = speeds.monthly(ages, 100)
    for row, (text, _) in enumerate(rows):
        assert settling[row] < 100 or (settling[row] == NEVER and "ABS" in text)
        assert np.ptp(smm[row, min(settling[row], 99) :]) == 0


@pytest.mark.parametrize(
    ("text", "age", "months"),
    [
        ("6 CPR", 0, 0),
        ("150 PSA", 0, 29),
        ("150 PSA", 40, 0),
        ("6 CPR for 12, 8 CPR", 5, 12),
        ("6 CPR for 12, 150 PSA", 5, 24),
        ("1 ABS", 5, NEVER),
        ("100 SDA", 5, NEVER),
    ],
)
def test_when_a_speed_settles(text: str, age: int, months: int) -> None:
    assert as_speeds([text]).settling(np.array([age])).tolist() == [months]


def test_in_a_month_of_its_life_a_speed_is_that_of_its_path() -> None:
    texts = ["6 CPR for 12, 8 CPR", "150 PSA", "1.5 ABS", "100 SDA", "0.5 SMM"]
    months = np.array([1, 5, 12, 13, 30, 31])
    for text in texts:
        path = as_speeds([text]).monthly(np.array([0]), 31)[0]
        assert as_speeds([text] * months.size).in_month(months).tolist() == path[months - 1].tolist()


def test_texts_are_read_once_and_rows_keep_their_places() -> None:
    table = np.array([["6 CPR", "150 PSA"], ["150 PSA", "8 CPR"]], object)
    speeds = as_speeds(table)
    assert [speed.text for speed in speeds.distinct] == ["6 CPR", "150 PSA", "8 CPR"]
    assert speeds.which.tolist() == [[0, 1], [1, 2]]
    assert [speed.text for speed in speeds[1].tolist()] == ["150 PSA", "8 CPR"]
    assert [speed.text for speed in as_speeds("6 CPR").column((3,)).tolist()] == ["6 CPR"] * 3
    assert as_speeds(parse("6 CPR")).shape == ()
    assert as_speeds(np.array([], object)).monthly(np.array([], int), 3).shape == (0, 3)
    assert as_speeds([0.06, 0.08]).one(()).rates == (0.06, 0.08)  # one speed by month


def test_a_text_that_is_no_speed_spoils_its_own_rows_only() -> None:
    speeds, failures = read_speeds(["6 CPR", "6", "8 CPR", "6"])
    assert list(failures) == [1]
    assert speeds.which.tolist() == [0, 1, 2, 1]
    assert 'speed "6": has no unit' in str(failures[1])
    with pytest.raises(InputError, match="has no unit"):
        as_speeds(["6 CPR", "6"])


def test_a_speed_above_everything_is_named() -> None:
    with pytest.raises(InputError, match='speed "33400 SDA": is more than 100% of the pool in some month'):
        as_speeds(["1 CDR", "33400 SDA", "2 MDR"]).monthly(np.array([0, 29, 0]), 3)
