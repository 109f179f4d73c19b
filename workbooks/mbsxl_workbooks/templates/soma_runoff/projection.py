"""The cohorts held, the runs of MBS_SOMA_RUNOFF at three mortgage rates, and what the holdings turn into."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.pools import shown

_ROWS = {f"{each['coupon']}_{each['term']}": each for each in figures("soma_cohorts")}
COHORTS = tuple(key.replace(".", "") for key in _ROWS)
#: Scenarios of the mortgage rate: what each is called, and its move, bp. Those of `FAN` are run, the base as chosen.
SCENARIOS = {"base": ("as it is", 0), "slow": ("a point higher", 100), "fast": ("a point lower", -100)}
SCENARIOS |= {"own": ("your own", -200)}
FAN = ("base", "slow", "fast")
MONTHS = 115
_MIXED = 121  # months from December 2025
_KEYS = tuple(str(month) for month in range(1, MONTHS + 1))
# Months from the first projected one to the day of the cohorts.
_DATED = "(12*(YEAR(cohorts_of)-YEAR(start))+MONTH(cohorts_of)-MONTH(start))"
#: The column of MBS_SOMA_RUNOFF with what is left.
ENDING = 7
_FLOWS = (
    "month",
    "balance",
    "scheduled",
    "prepaid",
    "interest",
    "total",
    "ending",
    "cap",
    "redeemed",
    "reinvested",
    "treasuries",
    "bills",
)


def months_to(year: int) -> str:
    """Return the formula of the month of the projection that ends a year."""
    return f"(12*({year}-YEAR(start))+13-MONTH(start))"


def year_speed() -> str:
    """Return the formula of the speed that the fall of the holdings in the last twelve months implies."""
    year = 'SUMIF({actual.month},">"&EDATE(start,-13),{actual.off})'
    now, face = "{cohorts.face[total]}", 5000  # any face that both factors are of
    loans = "{cohorts.wac[total]},ROUND({cohorts.wam[total]},0)+12,ROUND({cohorts.age[total]},0)-12"
    return f"=MBS_REALIZED_SPEED(({now}+{year})/{face},{now}/{face},{loans},12)"


def typed_or(run: str, speed: str) -> str:
    """Return the formula of the speed typed for a run, or else another; the base's is typed for its own scenario."""
    return f"IF({_not_typed(run)},{speed},speed_{run})"


def _not_typed(run: str) -> str:
    return 'OR(speed_base="",scenario<>"base")' if run == "base" else f'speed_{run}=""'


def _rate(run: str) -> str:
    """Return the formula of the mortgage rate of a run."""
    return "=rate_now" if run == "base" else f"=rate_today+{{fan.move[{run}]}}/10000"


def lay_out_cohorts(layout: Layout) -> None:
    """Lay out the cohorts, the model's speeds of them over the fan of rates, and the holdings by coupon."""
    page = layout.page(
        "Cohorts",
        "The holdings by coupon and term",
        "Federal Reserve Bank of New York, SOMA holdings by CUSIP. Amber: shares and months since issue on the day of "
        "the cohorts; ages and terms are those at the first projected month.",
        (18, *[12] * 12),
    )
    rows = list(_ROWS.values())
    speeds = {
        f"cpr_{run}": Column(
            f"CPR, {run}",
            "tenths percent",
            fill=f"=MBS_MODEL_CPR({{model.rate[{run}]}},{{wac}},{{age}})",
        )
        for run in FAN
    }
    page.table(
        "cohorts",
        COHORTS,
        {
            "cohort": Column(
                "cohort", "text", [f"{float(row['coupon']):.1%}, {int(row['term']) // 12} years" for row in rows]
            ),
            "share": Column(
                "share",
                "percent",
                [float(row["share"]) for row in rows],
                rule=rules.SHARE,
                total="=SUM({cohorts.share[all]})",
            ),
            "elapsed": Column(
                "months since issue", "integer", [int(row["months_elapsed"]) for row in rows], rule=rules.AGE
            ),
            "face": Column("face", "tenths", "={share}*(holdings-cmbs)", total="=SUM({cohorts.face[all]})"),
            "coupon": Column(
                "coupon",
                "percent",
                [float(row["coupon"]) for row in rows],
                total="=SUMPRODUCT({cohorts.face},{cohorts.coupon})/SUM({cohorts.face})",
            ),
            "wac": Column(
                "wac",
                "percent",
                "={coupon}+gross_spread",
                total="=SUMPRODUCT({cohorts.face},{cohorts.wac})/SUM({cohorts.face})",
            ),
            "wam": Column(
                "wam",
                "integer",
                [f"={row['term']}-{{elapsed}}+{_DATED}" for row in rows],
                total="=SUMPRODUCT({cohorts.face},{cohorts.wam})/SUM({cohorts.face})",
            ),
            "age": Column(
                "age",
                "integer",
                f"={{elapsed}}-{_DATED}",
                total="=SUMPRODUCT({cohorts.face},{cohorts.age})/SUM({cohorts.face})",
            ),
            **speeds,
        },
    )
    page.table(
        "model",
        tuple(FAN),
        {
            "run": Column("all cohorts together", "text", list(FAN)),
            "rate": Column("mortgage rate", "percent", [_rate(run) for run in FAN]),
            "cpr": Column(
                "model's CPR",
                "tenths percent",
                [
                    f"=1-(1-SUMPRODUCT({{cohorts.share[all]}},1-(1-{{cohorts.cpr_{run}[all]}})^(1/12))/SUM({{cohorts.share[all]}}))^12"
                    for run in FAN
                ],
            ),
        },
    )
    coupons = sorted({float(row["coupon"]) for row in rows})
    page.table(
        "coupons",
        tuple(str(coupon) for coupon in coupons),
        {
            "coupon": Column("coupon", "percent", list(coupons)),
            "face": Column("face, both terms", "tenths", "=SUMIF({cohorts.coupon[all]},{coupon},{cohorts.face[all]})"),
            "share": Column("share", "share", "={face}/{cohorts.face[total]}"),
            "rate": Column("a mortgage rate of", "percent", [0.065 - 0.005 * place for place in range(len(coupons))]),
            "refinanceable": Column(
                "makes refinanceable",
                "share",
                '=SUMIF({cohorts.wac[all]},">"&{rate},{cohorts.face[all]})/{cohorts.face[total]}',
            ),
        },
        "By coupon, and how much of the balance a mortgage rate makes refinanceable",
    )
    for run in FAN:
        speed = f"{shown(f'{{cohorts.cpr_{run}}}')}"
        page.table(
            f"held_{run}",
            COHORTS,
            {
                **{
                    name: Column(name, number, f"={{cohorts.{name}}}")
                    for name, number in (
                        ("face", "tenths"),
                        ("coupon", "percent"),
                        ("wac", "percent"),
                        ("wam", "integer"),
                        ("age", "integer"),
                    )
                },
                "speed": Column(
                    "speed",
                    "text",
                    f"={typed_or(run, speed)}",
                    align="right",
                ),
            },
            f"What MBS_SOMA_RUNOFF is told, {run}",
        )


def lay_out_runs(layout: Layout) -> None:
    """Lay out the three runs as the formula gives them."""
    page = layout.page(
        "Runs",
        "The runs of MBS_SOMA_RUNOFF",
        "The base run with all its columns, then what is left at the other two rates. $bn.",
        (8, *[11] * 18),
    )
    left = 1
    for run in FAN:
        table = page.table(f"row_{run}", _KEYS, {"row": Column(run, "integer", list(range(1, MONTHS + 1)))}, left=left)
        speed = typed_or(run, shown(f"{{model.cpr[{run}]}}"))  # of what is bought
        call = f"MBS_SOMA_RUNOFF({{held_{run}.face:speed[head:last]}},{speed},cap,reinvest,{MONTHS})"
        names = _FLOWS if run == "base" else ("ending",)
        columns = {name: Column(name, "integer" if name == "month" else "tenths") for name in names}
        page.spill(
            run,
            _KEYS,
            columns,
            f"={call}" if run == "base" else f"=INDEX({call},0,{ENDING})",
            left=table.left + 1,
        )
        left += 2 + len(names)


def lay_out_projection(layout: Layout) -> None:
    """Lay out the projection month by month."""
    page = layout.page(
        "Projection",
        "The projection",
        '="From what is held, at mortgage rates of "&TEXT({model.rate[base]},"0.00%")&", '
        '"&TEXT({model.rate[slow]},"0.00%")&" and "&TEXT({model.rate[fast]},"0.00%")&". $bn."',
        (12, *[13] * 10),
    )
    page.table(
        "projection",
        _KEYS,
        {
            "month": Column("month", "month", [f"=EDATE(start,{month})" for month in range(MONTHS)]),
            "scheduled": Column("scheduled", "tenths", "={base.scheduled}"),
            "prepaid": Column("prepaid", "tenths", "={base.prepaid}"),
            "redeemed": Column("redeemed", "tenths", "={base.redeemed}"),
            "reinvested": Column("reinvested", "tenths", "={base.reinvested}"),
            "base": Column("MBS, base", "tenths", "={base.ending}"),
            "slow": Column("MBS, slow", "tenths", "={slow.ending}"),
            "fast": Column("MBS, fast", "tenths", "={fast.ending}"),
            "treasuries": Column("Treasuries", "tenths", "={base.treasuries}"),
            "bills": Column("bills", "tenths", "={base.bills}+bills_so_far"),
            "share": Column("bills' share", "share", "={bills}/({base}+{treasuries}+{bills})"),
        },
    )


def lay_out_mix(layout: Layout) -> None:
    """Lay out what the MBS of December 1, 2025 turn into: as it happened, then as projected."""
    page = layout.page(
        "Mix",
        "What the MBS of December 1, 2025 turn into",
        "As it happened, every dollar of principal into bills; then the base projection. $bn.",
        (12, *[13] * 8),
    )
    known = "{month}<start"
    ahead = "(12*(YEAR({month})-YEAR(start))+MONTH({month})-MONTH(start)+1)"

    def then(happened: str, column: str) -> str:
        return f"=IF({known},{happened},INDEX({{projection.{column}[all]}},{ahead}))"

    off = "INDEX({actual.off[all]},MATCH({month},{actual.month[all]},0))"
    later = 'SUMIF({actual.month[all]},">"&{month},{actual.off[all]})'
    page.table(
        "mix",
        tuple(f"month{place}" for place in range(_MIXED)),
        {
            "month": Column("month", "month", [f"=EDATE(DATE(2025,12,1),{place})" for place in range(_MIXED)]),
            "kind": Column("", "text", f'=IF({known},"actual","projected")'),
            "principal": Column("principal reinvested", "tenths", then(off, "reinvested")),
            "mbs": Column("MBS", "tenths", then(f"holdings-cmbs+{later}", "base")),
            "treasuries": Column("Treasuries", "tenths", then("0", "treasuries")),
            "bills": Column("bills", "tenths", then("SUM({principal[first:this]})", "bills")),
            "happened": Column("actual", "tenths", f"=IF({known},{{principal}},0)"),
            "projected": Column("projected", "tenths", f"=IF({known},0,{{principal}})"),
        },
    )
