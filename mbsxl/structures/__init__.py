"""Structures: the classes of a deal, what each is paid of the collateral's principal and interest."""
