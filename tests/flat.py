"""The functions of the core as a sheet calls them: `flat.bond_yield(price, coupon, wac, ...)`, groups taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import mbsxl
from mbsxl.arrays import FloatArray
from mbsxl.claims.passthrough import Passthrough
from mbsxl.conventions.dates import months_to_first_payment
from mbsxl.loans.pools import as_pools
from mbsxl_udfs.formulas import entry


def __getattr__(name: str) -> Callable[..., Any]:
    if name not in mbsxl.__all__:
        raise AttributeError(name)
    function = getattr(mbsxl, name)
    names = [argument.parameter for argument in entry.flat(function)]

    def called(*arguments: Any, **named: Any) -> Any:
        return function(**entry.grouped(function, dict(zip(names, arguments, strict=False)) | named))

    return called


def payments(pool: tuple[Any, ...]) -> FloatArray:
    """What a pool pays in all, month by month: (1, months)."""
    return Passthrough(as_pools(*pool)).payments()


def payment_months(settle: Any, program: Any, months: int) -> FloatArray:
    """The times from settlement to each payment, in months: (1, months)."""
    return np.atleast_1d(months_to_first_payment(settle, program))[:, np.newaxis] + np.arange(months)
