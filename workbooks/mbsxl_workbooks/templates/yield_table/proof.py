"""The proof page: the payments behind a yield in plain spreadsheet arithmetic, adding up to the price."""

from __future__ import annotations

from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.days import start_day

MONTHS = 360


def lay_out_proof(layout: Layout) -> None:
    """Lay out the page. It reads the names of the inputs, clean_price, base_speed and yield_base."""
    page = layout.page(
        "Proof",
        "The proof: the payments behind the base yield add up to the price",
        "Plain arithmetic on Inputs. From mbsxl are the yield under test, the delay of the programme, and what "
        "the speed is "
        "in CPR month by month.",
        (40, 14, 14, *[12] * 10),
    )
    years = "{payments.years}"
    page.headlines(
        (
            Headline("proof_yield", "The yield under test", "=yield_base", "exact percent", "compounds twice a year"),
            Headline(
                "proof_monthly",
                "The same, a month",
                "=(1+proof_yield/2)^(1/6)-1",
                "exact percent",
                "six months of it make half the yield",
            ),
            Headline(
                "proof_delay",
                "Days the payment comes late",
                "=MBS_DELAY(program)",
                "integer",
                "after the end of its month",
            ),
            Headline(
                "proof_days",
                "Days of interest bought",
                "=DAY(settle)-1",
                "integer",
                "from the 1st to settlement; the 31st earns its day",
            ),
            Headline("proof_accrued", "Accrued interest", "=100*coupon*proof_days/360", "exact", "per 100 of face"),
            Headline(
                "proof_owed",
                "The price to be met, with accrued interest",
                "=clean_price+proof_accrued",
                "exact",
                "of Inputs",
            ),
            Headline(
                "proof_worth", "All payments are worth", "=SUM({payments.worth})", "exact", "the sum of the last column"
            ),
            Headline(
                "proof_gap",
                "Less the price to be met",
                "=proof_worth-proof_owed",
                "exact",
                "the proof: nothing but rounding",
            ),
            Headline(
                "proof_life",
                "Average life",
                f"=(SUMPRODUCT({{payments.scheduled}},{years})+SUMPRODUCT({{payments.prepaid}},{years}))/100",
                "exact",
                "years of the principal, scheduled and prepaid",
            ),
            Headline(
                "proof_duration",
                "Modified duration",
                f"=SUMPRODUCT({{payments.worth}},{years})/proof_worth/(1+proof_yield/2)",
                "exact",
                "years of the payments, by what they are worth, over 1 + half the yield",
            ),
        )
    )
    left = "={balance[this-1]}-{scheduled[this-1]}-{prepaid[this-1]}"
    page.table(
        "payments",
        tuple(str(month) for month in range(1, MONTHS + 1)),
        {
            "month": Column("month", "integer", list(range(1, MONTHS + 1))),
            "paid": Column("paid on", "date", "=EDATE(settle-DAY(settle)+1,{month})+proof_delay"),
            "years": Column("years away", "price", f"=(30*{{month}}+1-{start_day('settle')}+proof_delay)/360"),
            "balance": Column("balance", "price", [100, *[left] * (MONTHS - 1)]),
            "cpr": Column("CPR", "percent", fill=f"=MBS_SPEED_VECTOR(base_speed,age,{MONTHS})"),
            "due": Column(
                "loans pay", "price", "=IF({month}<=wam,{balance}*(wac/12)/(1-(1+wac/12)^({month}-wam-1)),0)"
            ),
            "gross": Column("gross interest", "price", "={balance}*wac/12"),
            "scheduled": Column("scheduled", "price", "=IF({month}<=wam,{due}-{gross},0)"),
            "prepaid": Column("prepaid", "price", "=IF({month}<=wam,({balance}-{scheduled})*(1-(1-{cpr})^(1/12)),0)"),
            "interest": Column("interest paid", "price", "={balance}*coupon/12"),
            "total": Column("total", "price", "={scheduled}+{prepaid}+{interest}"),
            "discount": Column("discount factor", "exact", "=(1+proof_monthly)^(-12*{years})"),
            "worth": Column("worth today", "exact", "={total}*{discount}"),
        },
    )
