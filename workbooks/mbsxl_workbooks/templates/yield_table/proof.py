"""The proof page: the payments behind a yield in plain spreadsheet arithmetic, adding up to the price."""

from __future__ import annotations

from mbsxl_workbooks.kit import Layout
from mbsxl_workbooks.shared.days import start_day

MONTHS = 360
FIRST = 18  # the row of the first payment, as a user counts
LAST = FIRST + MONTHS - 1

#: The cells of what the proof finds.
CLEAN, GAP, LIFE, DURATION = "Proof!F12-Proof!F10", "Proof!F13", "Proof!F14", "Proof!F15"


def column(letter: str) -> str:
    """Return a column of the payments."""
    return f"Proof!${letter}${FIRST}:${letter}${LAST}"


def lay_out_proof(layout: Layout) -> None:
    """Lay out the page. It reads the names of the inputs, clean_price and yield_base."""
    page = layout.page(
        "Proof",
        "The proof: the payments behind the base yield add up to the price",
        "Nothing here calls mbsxl: all is plain arithmetic on Inputs, save the yield under test and the price.",
        (8, 13, *[12] * 10),
    )
    for row, (label, formula, number, note) in enumerate(_PROOF, start=4):
        page.write(row, 1, label, page.layout.style())
        page.write(row, 5, formula, page.layout.style(number, bold=True, font_color="#1F3A5F"))
        page.write(row, 6, note, page.layout.style(font_color="#556070", indent=1))
    names, formats, cells = zip(*_PAYMENTS, strict=True)
    rows: list[list[str | int]] = [
        [cell.format(row=row, before=row - 1) for cell in cells] for row in range(FIRST, LAST + 1)
    ]
    rows[0][names.index("month")], rows[0][names.index("balance")] = 1, 100
    page.table(FIRST - 2, names, formats, rows)


_WORTH, _YEARS = f"M{FIRST}:M{LAST}", f"D{FIRST}:D{LAST}"
_SCHEDULED, _PREPAID = f"H{FIRST}:H{LAST}", f"I{FIRST}:I{LAST}"

#: From row 5: label, formula, format, how it is found.
_PROOF = (
    ("The yield under test", "=yield_base", "exact percent", "compounds twice a year"),
    ("The same, a month", "=(1+F5/2)^(1/6)-1", "exact percent", "six months of it make half the yield"),
    ("Part that prepays in a month", "=1-(1-base_cpr)^(1/12)", "exact percent", "twelve months of it make the CPR"),
    (
        "Days the payment comes late",
        '=IF(program="UMBS",24,IF(program="GNMA II",19,IF(program="FHLMC ARM",44,IF(program="NONE",0,14))))',
        "integer",
        "after the end of its month; 14 for GOLD and GNMA I",
    ),
    ("Days of interest bought", "=DAY(settle)-1", "integer", "from the 1st to settlement; the 31st earns its day"),
    ("Accrued interest", "=100*coupon*F9/360", "exact", "per 100 of face"),
    ("The price to be met, with accrued interest", "=clean_price+F10", "exact", "the price of Inputs in decimals"),
    ("All payments are worth", f"=SUM({_WORTH})", "exact", "the sum of the last column"),
    ("Less the price to be met", "=F12-F11", "general", "the proof: nothing but rounding"),
    (
        "Average life",
        f"=(SUMPRODUCT({_SCHEDULED},{_YEARS})+SUMPRODUCT({_PREPAID},{_YEARS}))/100",
        "exact",
        "years of the principal, scheduled and prepaid",
    ),
    (
        "Modified duration",
        f"=SUMPRODUCT({_WORTH},{_YEARS})/F12/(1+F5/2)",
        "exact",
        "years of the payments, by what they are worth, over 1 + half the yield",
    ),
)

#: The columns of the payments from B: name, format, formula of a row.
_PAYMENTS = (
    ("month", "integer", "=B{before}+1"),
    ("paid on", "date", "=EDATE(settle-DAY(settle)+1,B{row})+$F$8"),
    ("years away", "price", "=(30*B{row}+1-" + start_day("settle") + "+$F$8)/360"),
    ("balance", "price", "=E{before}-H{before}-I{before}"),
    ("loans pay", "price", "=IF(B{row}<=wam,E{row}*(wac/12)/(1-(1+wac/12)^(B{row}-wam-1)),0)"),
    ("gross interest", "price", "=E{row}*wac/12"),
    ("scheduled", "price", "=IF(B{row}<=wam,F{row}-G{row},0)"),
    ("prepaid", "price", "=IF(B{row}<=wam,(E{row}-H{row})*$F$7,0)"),
    ("interest paid", "price", "=E{row}*coupon/12"),
    ("total", "price", "=H{row}+I{row}+J{row}"),
    ("discount factor", "exact", "=(1+$F$6)^(-12*D{row})"),
    ("worth today", "exact", "=K{row}*L{row}"),
)
