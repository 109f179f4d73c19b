"""The Fed's run-off, never fitted to: its cohorts under the model, month by month, beside what ran off.

The cohorts are those of July 2026, rolled back by their schedules and the model's speeds, burnt out by their past;
every forecast starts from what was held. The fall is counted between the last Wednesdays of the months. The Fed is paid
by the 20th by Ginnie Mae and Freddie Mac's Gold, on the 25th by the others: where the last Wednesday comes before the
25th, what is paid then falls in the next month.

What is assumed: loans pay 85 bp more than the coupon; a quarter is paid by the 20th, as the three months of early
Wednesdays fell to a quarter of their neighbours.
"""

from __future__ import annotations

import calendar
from functools import cache

import numpy as np
from history import WORKBOOKS, rows, series, survey_rate
from page import table

from mbsxl.arrays import FloatArray
from mbsxl.loans.burnout import burnout
from mbsxl.loans.prepayment import PrepaymentModel, as_model, model_cpr
from mbsxl.loans.sets import model_for
from mbsxl_workbooks.shared.fed import COMMERCIAL, GROSS_SPREAD, HELD, PAID_EARLY

PAID_ON = 25
COHORTS_OF = "2026-07"
SINCE = "2022-10"  # the first month in which nothing bought before was still being delivered
QUARTER = 3


class Holdings:
    """The Fed's cohorts under a model each, by default that of its original term, and their shares by month."""

    def __init__(self, model: PrepaymentModel | None = None) -> None:
        found = rows(WORKBOOKS / "shared" / "soma_cohorts.csv")
        coupon, self.term, self.elapsed, share = (
            np.array([float(row[name]) for row in found]) for name in ("coupon", "term", "months_elapsed", "share")
        )
        self.wac = coupon + float(GROSS_SPREAD.value)
        terms = np.unique(self.term).tolist()
        self.sets = [(self.term == term, model or model_for(None, term, 0.0)) for term in terms]
        self.rates = survey_rate()
        self.fell = series(WORKBOOKS / "shared" / "soma_decline.csv", "decline")
        self.left = cache(self._left)
        self.shares: dict[str, FloatArray] = {}
        for month in reversed([month for month in self.rates if min(self.fell) <= month < COHORTS_OF]):
            share = share / self.left(month)
            self.shares[month] = share / share.sum()

    def _left(self, month: str, known: str | None = None) -> FloatArray:
        """Return what a month's payments leave of each cohort; mortgage rates stay after the month known, if any."""
        months = list(self.rates)
        borrowers = months.index(month) - 1  # who paid in the month before
        felt = [self.rates[min(each, known or each)] for each in months[:borrowers]]
        back = 12 * (int(COHORTS_OF[:4]) - int(month[:4])) + int(COHORTS_OF[5:]) - int(month[5:])
        due = self.wac / 12 / np.expm1((self.term - self.elapsed + back) * np.log1p(self.wac / 12))
        rate, season = (felt[-1] + felt[-2]) / 2, int(months[borrowers][5:])
        age, speed = np.maximum(self.elapsed - back - 1, 0), np.empty(self.wac.size)
        for of, model in self.sets:
            gone = burnout(self.wac[of], age[of], felt, model)
            speed[of] = model_cpr(rate, self.wac[of], age[of], season, gone, model)
        return (1 - due) * (1 - speed) ** (1 / 12)

    def run_off(self, first: str, ahead: int, *, counted: bool = True, told: bool = True) -> float:
        """Return the fall over some months, forecast from what was held at the start of the first, $bn.

        `counted` has what is paid after a last Wednesday in the next month; `told` gives the mortgage rates that came,
        without which the last one known stays.
        """
        months = list(self.fell)
        start = months.index(first)
        held = HELD - COMMERCIAL + sum(self.fell[month] for month in months[start:])
        known = None if told else months[start - 1]
        late = paid_late(months[start - 1]) if counted else 0.0
        waiting = late * held * float(self.shares[months[start - 1]] @ (1 - self.left(months[start - 1], known)))
        face, total = (held - waiting) * self.shares[first], 0.0
        for month in months[start : start + ahead]:
            left, late = self.left(month, known), paid_late(month) if counted else 0.0
            paid = float(face @ (1 - left))
            total += waiting + (1 - late) * paid
            face, waiting = face * left, late * paid
        return total


def paid_late(month: str) -> float:
    """Return the part of a month's payments that comes after its last Wednesday."""
    weeks = calendar.monthcalendar(int(month[:4]), int(month[5:]))
    return 1 - float(PAID_EARLY.value) if max(week[calendar.WEDNESDAY] for week in weeks) < PAID_ON else 0.0


def of_the_fed() -> str:
    """Return the errors of the run-off, all of it and by quarter, and what the naive say."""
    own = Holdings()
    fell, months = own.fell, [month for month in own.fell if month >= SINCE]
    ends = range(len(months) - QUARTER + 1)
    came = np.array([sum(fell[month] for month in months[end : end + QUARTER]) for end in ends])
    lines = []
    for name, holdings, how in (
        ("each cohort by its set, rates as they came", own, {}),
        ("the same, rates as at the start of the quarter", own, {"told": False}),
        ("all by UMBS 30, rates as they came", Holdings(as_model()), {}),
        ("each by its set, payments after the last Wednesday in their own month", own, {"counted": False}),
    ):
        said = np.array([holdings.run_off(months[end], QUARTER, **how) for end in ends])
        whole = sum(holdings.run_off(month, 1, **how) for month in months)
        lines.append((name, f"{whole / sum(fell[month] for month in months) - 1:+.1%}", *_by_quarter(said, came)))
    before = [
        sum(list(fell.values())[place - QUARTER : place]) for place in range(4 + QUARTER, len(fell) - QUARTER + 1)
    ]
    lines.append(("naive: the quarter before again", "", *_by_quarter(np.array(before), came[QUARTER:])))
    return table(("forecast", "all", "a quarter: mean miss", "bias", "RMSE, $bn a month"), lines)


def _by_quarter(said: FloatArray, came: FloatArray) -> tuple[str, str, str]:
    miss = said / came - 1
    return f"{abs(miss).mean():.1%}", f"{miss.mean():+.1%}", f"{np.sqrt(((said - came) ** 2).mean()) / QUARTER:.2f}"
