"""The collateral of a structure: the cash flows of its cohorts together, at any number of speeds side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.portfolio.runoff import Cohorts, runoff
from mbsxl.speeds.grammar import OneSpeed


class Collateral(NamedTuple):
    """What all cohorts pay: balance (months + 1, speeds), principal and interest (months, speeds)."""

    balance: FloatArray
    principal: FloatArray
    interest: FloatArray


def collateral_at(cohorts: Cohorts, speeds: Sequence[OneSpeed | None], own: bool = True) -> Collateral:
    """Return the collateral's cash flows at speeds; where cohorts have their `own`, those are meant.

    Errors
    ------
    InputError
        As `runoff`.
    """
    held = cohorts if own else cohorts._replace(speed=np.full(cohorts.face.size, None, object))
    flows = [runoff(held, speed) for speed in speeds]
    balance = np.stack([np.append(flow.balance, 0.0) for flow in flows], axis=1)
    principal = np.stack([flow.scheduled + flow.prepaid for flow in flows], axis=1)
    return Collateral(balance, principal, np.stack([flow.interest for flow in flows], axis=1))
