"""The answers of the templates, put into words by hand from the cells that they speak of."""

from __future__ import annotations

from collections.abc import Callable

from laid_out import LaidOut


def best(laid: LaidOut, names: str, values: str, choose: Callable[..., float] = max) -> tuple[str, float]:
    """The name and the value of the row with the most, or the least."""
    pairs = [
        (value, str(name))
        for name, value in zip(laid.column(names), laid.column(values), strict=True)
        if isinstance(value, float)
    ]
    value = choose(value for value, _ in pairs)
    return next(name for each, name in pairs if each == value), value


def percent(value: object) -> str:
    """A coupon: 5.5%."""
    assert isinstance(value, float | str)
    return f"{float(value):.1%}"


def place(laid: LaidOut, names: str, name: str) -> int:
    return [str(each) for each in laid.column(names)].index(str(laid.value(name)))


def gained(amount: float) -> str:
    return f"{'loses' if amount < 0 else 'gains'} ${abs(amount) / 1e6:,.1f}mm"


def book_review(laid: LaidOut) -> str:
    row = place(laid, "shifts.scenario", "scenario")
    change, return_, duration, hedged = (
        laid.column(each)[row] for each in ("outcomes.change", "outcomes.return", "outcomes.duration", "hedged.change")
    )
    total = laid.block("by_program.group:cpr")[laid.column("by_program.group").index("TOTAL")]
    part = laid.number("tba_part")
    means = "Treasuries" if part == 0 else "TBAs" if part == 1 else "TBAs and Treasuries"
    return (
        f'If "{laid.value("scenario")}", the portfolio of ${total[4] / 1e6:,.1f}mm {gained(change)} ({return_:+.1%}); '
        f"its {total[9]:.1f} years become {duration:.1f}. Hedged to "
        f"{laid.column('before_after.duration')[-1]:.1f} years "
        f"with {means} it {gained(hedged)}."
    )


def carry_roll(laid: LaidOut) -> str:
    horizon = laid.value("horizon")
    pool, over = best(laid, "pools.pool", f"carry_{horizon}.over")
    rolled, special = best(laid, "pools.pool", "rolls.special")
    means = ", ".join(
        f"{term} {mean:.0f}"
        for term, mean in zip(laid.column("terms.term"), laid.column(f"terms.{horizon}"), strict=True)
    )
    return (
        f"Financed at {laid.number('funding'):.2%} over {laid.number(f'months_{horizon}'):.0f} months, the "
        f"{pool} earns "
        f"most over Treasuries of equal duration: {over:.0f} bp a year; by term, {means} bp. Rolling pays best in the "
        f"{rolled}: {special:.0f} bp through repo."
    )


def coupon_compare(laid: LaidOut) -> str:
    pools, limit = laid.column("compare.pool"), laid.number("duration_limit")
    rows = [row for row, years in enumerate(laid.column("compare.effective")) if isinstance(years, float)]
    within = [row for row in rows if laid.column("compare.effective")[row] <= limit]
    row = max(within, key=laid.column("compare.oas").__getitem__)
    oas, spread, fast, slow = (
        laid.column(each)[row] for each in ("compare.oas", "compare.spread", "drift.yield_fast", "drift.yield_slow")
    )
    widening = laid.number("widening")
    return (
        f"{pools[row]} pays most within {limit:.1f} years: {oas:.0f} bp of OAS, {widening * spread:.0f} bp of "
        "it lost in a "
        f"year if spreads widen {widening:.10g} bp; its yield is {fast:.2%} if speeds are fast, {slow:.2%} if slow."
    )


def easing_cycle(laid: LaidOut) -> str:
    jump, months = laid.number("speed_jump"), laid.number("months")
    coupons, gains, spans = (laid.column(each) for each in ("pools.coupon", "speeds.gain", "lives.span"))
    risky = [coupon for coupon, gain in zip(coupons, gains, strict=True) if gain >= jump]
    moved = [coupon for coupon, span in zip(coupons, spans, strict=True) if span > laid.number("life_limit")]
    pays, excess = best(laid, "pools.coupon", "excess.chosen")
    return (
        f'If rates move as in "{laid.value("scenario")}", '
        + (
            f"prepayment risk returns from the {min(risky):.1%} coupon"
            if risky
            else f"no coupon gains {100 * jump:.0f} CPR"
        )
        + "; "
        + (f"coupons below {min(moved):.1%} keep their cash flows" if moved else "every coupon keeps its cash flows")
        + f"; over Treasuries of equal duration the {percent(pays)} coupon does best: {excess:+.1%} in "
        f"{months:.0f} months."
    )


def model_backtest(laid: LaidOut) -> str:
    def cpr(name: str) -> str:
        return f"{100 * laid.number(name):.1f}"

    holds = abs(laid.number("bias_lock_in")) <= laid.number("cpr_rmse")
    return (
        f"{'Yes, to' if holds else 'No, off by'} {cpr('cpr_rmse')} points of CPR over all months, "
        f"{cpr('forecast_rmse')} "
        f"where it was fitted to 2021 only; since 2023 it says {cpr('model_lock_in')} CPR and "
        f"{cpr('actual_lock_in')} is "
        "what came. If mortgage rates fall from 6.5% to 5.5% the agencies' pools go from "
        f"{cpr('agencies_at_6_5')} to {cpr('agencies_at_5_5')} CPR, the Fed's from {cpr('fed_at_6_5')} to "
        f"{cpr('fed_at_5_5')}."
    )


def option_cost(laid: LaidOut) -> str:
    fall, tighter = laid.number("vol_fall"), laid.number("coupon_one")
    near = min(range(10), key=[abs(price - 100) for price in laid.column("pools.clean")].__getitem__)
    most, gain = best(laid, "pools.coupon", "fall.gain")
    says = f"Yes: a fall of {fall:.10g} bp tightens the current coupon by {tighter:.1f} bp at one OAS for all"
    if tighter <= 0:
        says = f"No: a fall of {fall:.10g} bp moves the current coupon by {-tighter:.1f} bp"
    coupon, gains = percent(laid.column("pools.coupon")[near]), laid.column("fall.gain")[near]
    further = "the most" if percent(most) == coupon else f"the {percent(most)} most: {gain:.2f}"
    return f"{says}; the {coupon} coupon gains {gains:.2f} points, {further}."


def soma_runoff(laid: LaidOut) -> str:
    rows = [row for row in laid.block("actual.month:cap") if row[1] not in (None, "")]
    capped = [row for row in rows if row[2] not in (None, "")]
    allowed, off = (sum(row[place] for row in capped) for place in (2, 1))
    faces = laid.block("cohorts.face:wac")
    refinanceable = sum(row[0] for row in faces if row[2] > laid.number("rate_now")) / sum(row[0] for row in faces)
    typed = laid.value("speed_base") if laid.value("scenario") == "base" else None
    bought = {"BILLS": "bills", "MBS": "MBS", "TREASURY": "Treasuries"}[str(laid.value("reinvest"))]
    reinvested = laid.column("projection.reinvested")[:12]
    to_2030 = (2030 - 2026) * 12 + 13 - 6  # from June 2026, the month after the last
    return (
        f"Caps allowed ${allowed:,.0f}bn and {off / allowed:.0%} of it ran off: {refinanceable:.0%} of the "
        "balance pays "
        f"more than the mortgage rate of {laid.number('rate_now'):.2%}. At "
        f"{typed or 'the model' + chr(39) + 's speeds'} "
        f"${sum(reinvested) / 12:.1f}bn a month is reinvested in {bought} and MBS go from "
        f"${sum(row[0] for row in faces):,.0f}bn to ${laid.column('projection.base')[to_2030 - 1]:,.0f}bn by "
        "the end of 2030."
    )


def spread_monitor(laid: LaidOut) -> str:
    spread = 1e4 * (laid.number("mortgage_rate") - laid.number("cmt_10y"))
    left = spread - laid.column("eras.median[2010s]")[0]
    rich = spread - laid.number("fair_spread")
    large, face = laid.number("tighten_large"), laid.number("face")
    wider = (
        f"{left:.0f} bp wider than the median of the 2010s"
        if left > 0
        else "already at or below the median of the 2010s"
    )
    return (
        f"At {spread:.0f} bp the spread is {wider} and {abs(rich):.0f} bp {'wider' if rich > 0 else 'tighter'} than "
        f"volatility and slope explain; {large:.10g} bp of tightening is worth "
        f"${laid.column('steps.gain')[-1]:.1f}mm on "
        f"${face:.10g}mm, and {laid.number('widening_to_cash'):.0f} bp of widening eats a year's return over funding."
    )


def structure(laid: LaidOut) -> str:
    furthest, called, steadiest = (
        best(laid, "lives.class", f"lives.{each}", choose)[0]
        for each, choose in (("extends", max), ("shortens", max), ("moves", min))
    )

    def life(speed: str, name: str) -> str:
        return f"{laid.column(f'lives.{speed}')[laid.column('lives.class').index(name)]:.1f}"

    base, slow, fast = (laid.value(f"{each}_speed") for each in ("base", "slow", "fast"))
    return (
        f"Class {furthest} carries the extension risk: {life('base', furthest)} years at {base} become "
        f"{life('slow', furthest)} at {slow}. Class {called} carries the call risk: {life('base', called)} become "
        f"{life('fast', called)} at {fast}. {steadiest} is the steadiest, {life('slow', steadiest)} to "
        f"{life('fast', steadiest)} years."
    )


def yield_table(laid: LaidOut) -> str:
    yields = laid.block("yields.slowest:fastest")[5]
    base = laid.value("base_speed")
    static, adjusted = laid.column("pairs.static[duration]")[0], laid.column("pairs.adjusted[duration]")[0]
    ticks = round(256 * laid.column("yields.price")[5])
    whole, eighths = divmod(ticks, 256)
    tail = {0: "", 4: "+"}.get(eighths % 8, str(eighths % 8))
    return (
        f"At {whole}-{eighths // 8:02d}{tail} the {laid.number('coupon'):.1%} {laid.value('program')} yields "
        f"{yields[3]:.2%} at {base}, {min(yields):.2%} to {max(yields):.2%} over the speeds; OAS "
        f"{laid.column('record.value[oas]')[0]:.0f} bp, effective duration {adjusted:.1f} years against {static:.1f} "
        "static. The proof adds up to the price."
    )


SAID: dict[str, Callable[[LaidOut], str]] = {
    each.__name__: each
    for each in (
        book_review,
        carry_roll,
        coupon_compare,
        easing_cycle,
        model_backtest,
        option_cost,
        soma_runoff,
        spread_monitor,
        structure,
        yield_table,
    )
}
