"""Strips of a pool: interest only and principal only. Both are paid with the programme's delay.

The interest-only strip is owed the coupon on the balance, and all the interest accrued at settlement; its average life
is that of its notional. The principal-only strip is owed the principal. Together they are the pool.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: stripped mortgage-backed securities.
"""

from __future__ import annotations

from typing import ClassVar

from mbsxl.claims.passthrough import Passthrough


class InterestOnly(Passthrough):
    """The interest that pools pay."""

    principal: ClassVar[float] = 0.0


class PrincipalOnly(Passthrough):
    """The principal that pools pay."""

    interest: ClassVar[float] = 0.0
