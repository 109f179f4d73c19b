"""`mbsxl refresh`: the day's public rates and holdings into a dated snapshot, which templates then read."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mbsxl.errors import InputError
from mbsxl_udfs.sheet.text import one_line

if TYPE_CHECKING:
    from mbsxl_install.refresh.snapshots import Record


def refresh(
    offline: Annotated[
        bool, typer.Option("--offline", help="reach nothing; say what the newest snapshot holds")
    ] = False,
    paste: Annotated[
        list[Path] | None,
        typer.Option("--paste", help="a file downloaded by hand from one of the sources; may be repeated"),
    ] = None,
) -> None:
    """Fetch the Treasury curve, the mortgage survey, SOFR, H.4.1 and SOMA holdings into a new snapshot.

    Templates then show that market; `--shipped` shows the one they came with. Snapshots are kept, with source, time and
    sha256, in .mbsxl/market in your home folder, or where the variable MBSXL_MARKET says. What cannot be had is said,
    the last snapshot's stays in its place, and the exit status is 1. Proxies are those of HTTPS_PROXY.
    """
    from mbsxl_install.refresh import snapshots

    path = snapshots.newest()
    if offline and not paste:
        if path is None:
            raise InputError("snapshot", str(snapshots.folder()), "has none; templates show the market shipped")
        _show(snapshots.read(path))
        typer.echo(f"snapshot {path}")
        return
    before = _kept(path)
    now = datetime.datetime.now(datetime.UTC)
    found, failures = _pasted(paste, now) if paste else _fetched(now)
    for words in failures:
        typer.echo(one_line(words), err=True)
    if found:
        _show(before | found)
        typer.echo(f"wrote {snapshots.write(before | found, now)}")
    else:
        typer.echo(f"nothing was refreshed; {path or 'the market shipped'} stays", err=True)
    raise typer.Exit(1 if failures else 0)


def _kept(path: Path | None) -> dict[str, Record]:
    """Return the snapshot whose parts stay where no new one is had; a damaged one has none."""
    from mbsxl_install.refresh import snapshots

    try:
        return {} if path is None else snapshots.read(path)
    except InputError as fault:
        typer.echo(one_line(str(fault)), err=True)
        return {}


def _fetched(now: datetime.datetime) -> tuple[dict[str, Record], list[str]]:
    """Ask every source; return what was had, and why the others were not."""
    from rich.console import Console

    from mbsxl_install.refresh import snapshots, sources

    found, failures = {}, []
    console = Console(stderr=True)
    for number, source in enumerate(sources.SOURCES, start=1):
        with console.status(f"{number} of {len(sources.SOURCES)}: {source.title}"):
            try:
                address, data, reading = sources.ask(source, now.date())
            except InputError as fault:
                by_hand = source.address.format(year=now.year, day="YYYY-MM-DD")
                failures.append(f"{source.title}: {fault}. By hand: {by_hand}, then mbsxl refresh --paste FILE")
            else:
                found[source.name] = snapshots.record(reading, address, data, now)
    return found, failures


def _pasted(paths: list[Path], now: datetime.datetime) -> tuple[dict[str, Record], list[str]]:
    """Read files that a user has downloaded; return what they are, and why the others are nothing."""
    from mbsxl_install.refresh import snapshots, sources

    found, failures = {}, []
    for path in paths:
        try:
            data = path.read_bytes()
            source = sources.source_of(data)
            reading = source.read(data)
            sources.require_past(reading, now.date())
        except OSError as fault:
            failures.append(f"{path}: cannot be read ({fault.strerror})")
        except InputError as fault:
            failures.append(f"{path}: {fault}")
        else:
            found[source.name] = snapshots.record(reading, path.name, data, now)
    return found, failures


def _show(snapshot: dict[str, Record]) -> None:
    from mbsxl_install.refresh.sources import SOURCES

    for source in SOURCES:
        kept = snapshot.get(source.name)
        said = f"{kept.reading.day.isoformat()}  {_said(kept.reading.values)}" if kept else "never had"
        typer.echo(f"{source.title}: {said}")


def _said(values: dict[str, float]) -> str:
    """Return what of a source one looks at first."""
    shown = {name: value for name, value in values.items() if name in _FIRST or not name.startswith("cmt_")}
    return ", ".join(
        f"{name} {value:.2%}" if abs(value) < 1 else f"{name} ${value:,.1f}bn" for name, value in shown.items()
    )


_FIRST = ("cmt_2y", "cmt_10y")
