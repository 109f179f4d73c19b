"""The pages of the back-test against the Fed: its cohorts rolled back, their principal, what lower rates would do."""

from __future__ import annotations

from mbsxl.loans.prepayment import REGIME_SHIFTS
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.tables import Column, across
from mbsxl_workbooks.shared.fed import PAID_LATE
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.templates.model_backtest.agencies import (
    GROUPS,
    LAST,
    MORTGAGE_RATES,
    PARAMETERS,
    REGIMES,
    dates,
    falling,
    rate_months,
    stock,
    together,
)

_COHORTS = {f"c{row['coupon']}_{row['term']}".replace("0.0", ""): row for row in figures("soma_cohorts")}
_NAMES = {key: f"{float(row['coupon']):.1%}, {int(row['term']) // 12} years" for key, row in _COHORTS.items()}
_FIRST, *_, _LAST = _COHORTS
COHORTS = f"{_FIRST}:{_LAST}"
_DECLINE = {row["month"]: float(row["decline"]) for row in figures("soma_decline")}
FED_MONTHS = tuple(_DECLINE)
SETTLED = "2022-10"  # the first month in which nothing bought before was still being delivered
WHOLE = "2022-12"  # the first month whose three-month average has no purchases in it
_WAVE = rate_months("2017-10", "2022-05")  # from the oldest cohort's first month to the first of the Fed's run-off
_BACK = "=12*(2026-YEAR({}))+7-MONTH({})"  # months from one to the date of the cohorts
_ON_TIME = "({scheduled}+{prepaid})*(1-{late})"
_CARRIED = "({scheduled[this-1]}+{prepaid[this-1]})*{late[this-1]}"
_PRINTED = 40  # rows of a page of cohorts: the rest is for the screen


def _of(column: str) -> str:
    """Return what is known of the cohorts as a row, as they stand in the blocks of months by cohort."""
    return f"TRANSPOSE({{cohorts.{column}[all]}})"


def _from(start: str, formula: str) -> list[str | None]:
    return [formula if month >= start else None for month in FED_MONTHS]


def lay_out_fed(layout: Layout) -> None:
    """Lay out the Fed's run-off beside the model's."""
    page = layout.page(
        "Fed",
        "What ran off, and what the model says would",
        "Federal Reserve Bank of New York, SOMA holdings; Federal Reserve Board, H.4.1: fall between last Wednesdays, "
        "$bn. Every month the model starts from what was held; what is paid after a last Wednesday falls in the next "
        "month. Purchases still settled to September 2022.",
        (12, 12, 11, 11, 11, 11, 11, 11, 13, 11, 13, 13, 13, 11, 13, 13, 11, 11),
    )
    face, due, speed = (f"{{{block}.{COHORTS}}}" for block in ("face", "due", "speed"))
    page.table(
        "fed",
        FED_MONTHS,
        {
            "month": dates(FED_MONTHS),
            "borrowers": Column(
                "borrowers' month", "month", "=IF(payment_delay>=0,EDATE({month},-payment_delay),NA())"
            ),
            "felt": Column(
                "mortgage rate felt", "percent", "=INDEX({rates.felt[all]},MATCH({borrowers},{rates.month[all]},0))"
            ),
            "back": Column("months to Jul 2026", "integer", _BACK.format("{borrowers}", "{borrowers}")),
            "held": Column("held at start", "tenths", "=holdings-cmbs+SUM({off[this:last]})"),
            "off": Column("ran off", "tenths", list(_DECLINE.values())),
            "scheduled": Column("model, scheduled", "tenths", f"=SUMPRODUCT({face},{due})"),
            "prepaid": Column("model, prepaid", "tenths", f"=SUMPRODUCT({face},1-{due},1-(1-{speed})^(1/12))"),
            "late": Column("of it counted later", "share", PAID_LATE),
            "model": Column(
                "model, counted", "tenths", [f"={_ON_TIME}", *[f"={_ON_TIME}+{_CARRIED}"] * (len(FED_MONTHS) - 1)]
            ),
            "off_three": Column("ran off, three months", "tenths", _from(WHOLE, "=AVERAGE({off[this-2:this]})")),
            "model_three": Column("model, three months", "tenths", _from(WHOLE, "=AVERAGE({model[this-2:this]})")),
            "error_three": Column("difference, three months", "tenths", _from(WHOLE, "={model_three}-{off_three}")),
            "miss_three": Column("miss, three months", "percent", _from(WHOLE, "=ABS({error_three})/{off_three}")),
            "off_total": Column("ran off, total", "tenths", _from(SETTLED, f"=SUM({{off[{SETTLED}:this]}})")),
            "model_total": Column("model, total", "tenths", _from(SETTLED, f"=SUM({{model[{SETTLED}:this]}})")),
            "cpr": Column("model CPR", "percent", "=1-(1-{prepaid}/({held}-{scheduled}))^12"),
            "season": Column("month of the year", "integer", "=MONTH({borrowers})"),
        },
    )


def lay_out_holdings(layout: Layout) -> None:
    """Lay out the cohorts of today and, rolled back, of every month since 2022."""
    page = layout.page(
        "Holdings",
        "The Fed's holdings by coupon and term, rolled back",
        "Federal Reserve Bank of New York, SOMA holdings by CUSIP, 1 July 2026, grouped by a third party: not an "
        "official statistic. Rolled back: every cohort by its payment schedule, then all scaled to what was held.",
        (16, *[12] * 13),
    )
    page.sheet.print_area(0, 0, _PRINTED, 14)
    page.sheet.freeze_panes(3, 2)
    rows = _COHORTS.values()
    page.table(
        "cohorts",
        tuple(_COHORTS),
        {
            "cohort": Column("cohort", "text", tuple(_NAMES.values())),
            "coupon": Column("coupon", "percent", [float(row["coupon"]) for row in rows]),
            "term": Column("original term, months", "integer", [int(row["term"]) for row in rows]),
            "elapsed": Column("months since issue", "integer", [int(row["months_elapsed"]) for row in rows]),
            "left": Column("months left", "integer", "={term}-{elapsed}"),
            "share": Column("share", "percent", [float(row["share"]) for row in rows]),
            "wac": Column("gross rate", "percent", "={coupon}+gross_spread"),
            "due": Column("due of the balance before", "exact", "={wac}/12/((1+{wac}/12)^({left}+1)-1)"),
            "gone": Column(
                "quick borrowers gone, 2022", "share", [f"=1-EXP(-SUM({{wave.{key}[all]}}))" for key in _COHORTS]
            ),
        },
    )
    back, balance = "{fed.back[all]}", f"{{balance.{COHORTS}[all]}}"
    grown = f"(1-(1+{_of('wac')}/12)^-({_of('left')}+{back}))/(1-(1+{_of('wac')}/12)^-{_of('left')})"
    speed = (
        f"=MBS_MODEL_CPR({{fed.felt[all]}},{_of('wac')},{_of('elapsed')}-{back},{{fed.season[all]}},{_of('gone')},"
        f"{PARAMETERS})"
    )
    month, total = Column("month", "month", "={fed.month}"), f"=SUM({{{COHORTS}}})"
    for name, title, formula, number in (
        ("balance", "Balance, 1 July 2026 is its share", f"={_of('share')}*{grown}", "exact"),
        ("face", "Face at the start, $bn", f"={{fed.held[all]}}*{balance}/{{balance.together[all]}}", "tenths"),
        ("due", "Due of it", f"={_of('wac')}/12/((1+{_of('wac')}/12)^({_of('left')}+{back})-1)", "exact"),
        ("speed", "The model's CPR", speed, "percent"),
    ):
        sums = {"together": Column("all", number, total)} if name in ("balance", "face") else {}
        page.table(name, FED_MONTHS, {"month": month, **across(_NAMES, number, formula), **sums}, title)
    page.table(
        "wave",
        _WAVE,
        {
            "month": dates(_WAVE),
            "felt": Column("mortgage rate felt", "percent", [f"={{rates.felt[{month}]}}" for month in _WAVE]),
            "back": Column("months to Jul 2026", "integer", _BACK.format("{month}", "{month}")),
            **{key: Column(name, "exact", _hazard(key)) for key, name in _NAMES.items()},
        },
        "Quick borrowers refinancing before June 2022, which says how many had gone",
    )
    now = f"{_of('wac')},{_of('elapsed')}-1,0,{_of('gone')}"
    falling(page, "falling_cohorts", _NAMES, now)


def _hazard(key: str) -> str:
    """Return the refinancing hazard of a cohort's quick borrowers in a month."""
    ramp = f"MAX(MIN(({{cohorts.elapsed[{key}]}}-{{back}}+1)/refinancing_ramp,1),0)"
    curve = f"(1+TANH(ATANH(0.5)*({{cohorts.wac[{key}]}}-{{felt}}-threshold)/width))/2"
    return f"=refinancing/12*{ramp}*{curve}"


def lay_out_falling(layout: Layout) -> None:
    """Lay out what the model says of both at mortgage rates from 7.5% to 3%."""
    page = layout.page(
        "Falling",
        "How fast prepayments return if mortgage rates fall",
        "The first month's speed, average of the seasons: the Fed's holdings of June 2026, the agencies' stock of "
        "November 2025. It slows as the quick borrowers leave.",
        (18, 14, 14, 14, 14, 14, 14, 14),
    )
    share, due = _of("share"), _of("due")
    loans, speed = stock("share", LAST), f"{{falling_cohorts.{COHORTS}}}"
    paid = f"{due}+(1-{due})*(1-(1-{speed})^(1/12))"
    page.table(
        "falling",
        tuple(MORTGAGE_RATES),
        {
            "rate": Column("mortgage rate", "percent", tuple(MORTGAGE_RATES.values())),
            "fed": Column("Fed, CPR", "percent", "=" + together(share, speed)),
            "agencies": Column("agencies, CPR", "percent", "=" + together(loans, f"{{falling_speeds.{GROUPS}}}")),
            **{
                key: Column(
                    f"agencies, as in {regime}", "percent", "=" + together(loans, f"{{falling_{key}.{GROUPS}}}")
                )
                for key, regime in REGIMES.items()
            },
            "principal": Column(
                "Fed, $bn a month", "tenths", f"=(holdings-cmbs)*SUMPRODUCT({share},{paid})/SUM({share})"
            ),
            "fed_dearer": Column(
                "Fed, dearer loans", "share", f"=SUMPRODUCT({share},--({_of('wac')}>{{rate}}))/SUM({share})"
            ),
            "agencies_dearer": Column(
                "agencies, dearer loans", "share", f"=SUMPRODUCT({loans},--({stock('wac', LAST)}>{{rate}}))"
            ),
        },
    )
    page.text(
        (
            "Dearer loans: their gross rate is above the mortgage rate. By group: last tables of Holdings and Speeds.",
            "By regime: borrowers do not always come at the same incentive. Cohorts of these years ask for another "
            "threshold than all together; the agencies' speeds lie between the two.",
        )
    )
    page.sheet.print_area(0, 0, page.row - 2, 10)  # what follows is for the screen
    parameters = layout.tables["model"].keys
    for key, regime in REGIMES.items():
        shifted = {"threshold": f"={{model.value[threshold]}}+{REGIME_SHIFTS[regime]:g}"}
        names = [f"={{model.name[{each}]}}" for each in parameters]
        values = [shifted.get(each, f"={{model.value[{each}]}}") for each in parameters]
        columns = {
            "name": Column(f"parameters as in {regime}", "text", names),
            "value": Column("value", "exact", values),
        }
        page.table(key, parameters, columns)
