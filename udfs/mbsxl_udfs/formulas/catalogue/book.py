"""The formulas of the family: Book."""

from __future__ import annotations

from mbsxl.portfolio import listed
from mbsxl.units import Unit
from mbsxl_udfs.formulas.catalogue.examples import STEEP
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

ENTRIES = [
    Entry(
        "MBS_BOOK",
        listed.book_table,
        Family.BOOK,
        Shape.TABLE,
        Unit.NONE,
        "a row a group and the total: positions, face, face refused, market value, what was asked; then a row for each "
        "position refused, with why",
        '=MBS_BOOK({"face","price","coupon","wac","wam","age","speed","program";'
        f'1000000,100,0.09,0.095,360,0,"150 PSA","GNMA I"}},{STEEP},0.85%,,{{"YIELD","WAL","OAS"}})',
        "TOTAL | 1 | 1000000 | 0 | 1000000 | 0.09107 | 9.77844 | 515.8",
        may_be_blank=("tenors", "par_yields", "volatility"),
    ),
]
