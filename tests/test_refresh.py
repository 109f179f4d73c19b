"""Fresh data: what is read of the published forms, and that nothing broken takes the place of what there is."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from publishers import DATES, H41, SAMPLES, SOFR, SOMA, SOMA_CSV, SURVEY, TREASURY, TREASURY_XML, Answer, served

from mbsxl.errors import InputError
from mbsxl_install.command import main
from mbsxl_install.refresh import fetch, forms, snapshots, sources
from mbsxl_install.refresh.market import market_of, newest_market
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates
from mbsxl_workbooks.market_day import Cohort, settlement

DAY = datetime.date(2026, 11, 25)
NOW = datetime.datetime(2026, 11, 26, 17, 1, 2, tzinfo=datetime.UTC)
NEEDED = {"treasury": TREASURY, "survey": SURVEY, "sofr": SOFR}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where snapshots are kept; there is none yet."""
    monkeypatch.setenv("MBSXL_MARKET", str(tmp_path / "market"))
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    return tmp_path / "market"


@pytest.fixture
def refresh(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Run:
    """Return a function that runs `mbsxl refresh` on what a server of this machine answers for some of the sources."""

    class Thanksgiving(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
            moments.append(NOW + datetime.timedelta(seconds=len(moments)))
            return moments[-1]

    moments: list[datetime.datetime] = []
    monkeypatch.setattr("mbsxl_install.refresh_command.datetime.datetime", Thanksgiving)
    known = sources.SOURCES

    def command(answers: dict[str, Answer] | None = None, *arguments: str) -> tuple[int, str, str]:
        all_answers = {f"/{name}": Answer(body) for name, body in SAMPLES.items()}
        all_answers |= {f"/{name}": answer for name, answer in (answers or {}).items()}
        with served(all_answers) as address:
            here = [
                source._replace(address=f"{address}/{source.name}", dates=f"{address}/dates" if source.dates else "")
                for source in known
            ]
            monkeypatch.setattr(sources, "SOURCES", tuple(here))
            monkeypatch.setattr(sys, "argv", ["mbsxl", "refresh", *arguments])
            with pytest.raises(SystemExit) as left:
                main()
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return command


# --------------------------------------------------------------------------------------------------------------- forms


@pytest.mark.parametrize("data", [TREASURY, TREASURY_XML], ids=["CSV", "XML"])
def test_the_last_treasury_curve_is_read_by_the_names_of_its_columns(data: bytes) -> None:
    reading = forms.treasury(data)
    assert reading.day == DAY
    said = {"cmt_3m": 0.0393, "cmt_1.5m": 0.0391, "cmt_1y": 0.0402, "cmt_10y": 0.0466, "cmt_30y": 0.0512}
    assert {name: reading.values[name] for name in said} == said


def test_a_curve_may_lack_what_no_template_asks_for_and_stand_in_any_order() -> None:
    header, last, before = TREASURY.splitlines()
    turned = forms.treasury(b"\n".join((header, before, last)))
    assert turned == forms.treasury(TREASURY)
    assert "cmt_1.5m" not in forms.treasury(b"\n".join((header, before))).values


def test_the_other_sources_say_what_they_print() -> None:
    day, values, (april, november) = forms.survey(SURVEY)
    assert (day, values) == (DAY, {"mortgage_rate": 0.0681, "mortgage_rate_15": 0.0609})
    assert april == {"month": 197104, "rate": 0.0733}
    assert november == {"month": 202611, "rate": pytest.approx((0.0684 + 0.0681) / 2)}
    assert len(forms.survey(SURVEY.replace(b"11/25/2026", b"11/20/2026")).rows) == 1  # a week of November is to come
    assert forms.sofr(SOFR) == (DAY, {"funding": 0.0366}, [])
    months = [{"month": 202610, "held": 1904.0}, {"month": 202611, "held": 1890.5}]
    assert forms.held_outright(H41) == (DAY, {"holdings": 1890.5}, months)
    assert forms.held_outright(H41.replace(b"observation_date", b"DATE")).day == DAY
    assert forms.as_of_date(DATES) == DAY


def test_holdings_count_once_each_by_coupon_and_term() -> None:
    reading = forms.holdings(SOMA)
    assert (reading.day, reading.values) == (DAY, {"soma_mbs": 50.0})
    young, old = reading.rows
    assert young == {"coupon": 0.015, "term": 180, "months_elapsed": 60, "share": 0.2}
    # 1/51 is 290 months on, so 70 have passed; 11/51 is 300, so 60: three parts and one
    assert old == {"coupon": 0.02, "term": 360, "months_elapsed": round((3 * 70 + 60) / 4), "share": 0.8}
    assert forms.holdings(SOMA_CSV).values == reading.values
    with pytest.raises(InputError, match="listed twice"):
        forms.holdings(SOMA.replace(b"3132DVGB5", b"3132DWAW3"))


# ----------------------------------------------------------------------------------------------------------- snapshots


def test_refresh_keeps_what_was_read_from_where_when_and_its_digest(refresh: Run, folder: Path) -> None:
    status, out, err = refresh()
    assert (status, err) == (0, "")
    (path,) = folder.iterdir()
    assert f"wrote {path}" in out
    kept = json.loads(path.read_text())
    assert set(kept) == {"treasury", "survey", "sofr", "h41", "soma"}
    for name, each in kept.items():
        assert each["sha256"] == hashlib.sha256(SAMPLES[name]).hexdigest()
        assert each["fetched"] == "2026-11-26T17:01:02Z"
        assert each["address"].startswith("http://127.0.0.1:")
        assert each["reading"]["day"] == "2026-11-25"
    assert refresh({}, "--offline")[1].endswith(f"snapshot {path}\n")


BROKEN = {
    "treasury": {
        "a missing column": Answer(TREASURY.replace(b'"10 Yr"', b'"9 Yr"')),
        "no number": Answer(TREASURY.replace(b"4.66", b"n/a")),
        "an empty cell": Answer(TREASURY.replace(b"4.66", b"")),
        "basis points": Answer(TREASURY.replace(b"4.66", b"466")),
        "wrong year": Answer(TREASURY.replace(b"/2026", b"/2025")),
        "a day to come": Answer(TREASURY.replace(b"11/25/2026", b"12/25/2026")),
        "no date": Answer(TREASURY.replace(b"11/25/2026", b"25.11.2026")),
        "a header only": Answer(TREASURY.splitlines()[0]),
        "a row cut off": Answer(TREASURY[:-30]),
        "XML cut off": Answer(TREASURY_XML[:600]),
        "XML without days": Answer(b'<?xml version="1.0"?><feed/>'),
        "a column twice": Answer(TREASURY.replace(b'"7 Yr"', b'"10 Yr"')),
        "a day twice": Answer(TREASURY.replace(b"11/24", b"11/25")),
        "decimals": Answer(re.sub(rb",(\d)\.", rb",0.0\1", TREASURY)),
        "another decimal comma": Answer(TREASURY.replace(b",", b";").replace(b".", b",")),
        "no number that is one": Answer(TREASURY.replace(b"4.66", b"nan")),
        "XML that swells": Answer(
            TREASURY_XML.replace(b"<feed", b'<!DOCTYPE f [<!ENTITY a "4"><!ENTITY b "&a;&a;">]><feed').replace(
                b">4.66<", b">&b;<"
            )
        ),
    },
    "survey": {
        "a missing column": Answer(SURVEY.replace(b"pmms15,", b"pmms20,")),
        "no rate": Answer(SURVEY.replace(b"6.09", b"")),
        "decimals": Answer(re.sub(rb",(\d)\.", rb",0.0\1", SURVEY)),
        "a week twice": Answer(SURVEY.replace(b"11/19", b"11/25")),
    },
    "sofr": {
        "a missing field": Answer(SOFR.replace(b"percentRate", b"rate")),
        "no rates": Answer(b'{"refRates":[]}'),
        "a list": Answer(b"[]"),
        "cut off": Answer(SOFR[:-20]),
        "numbers in place of rates": Answer(b'{"refRates":[1]}'),
        "another rate": Answer(SOFR.replace(b'"SOFR"', b'"EFFR"')),
        "a day twice": Answer(SOFR.replace(b"2026-11-24", b"2026-11-25")),
        "infinity": Answer(SOFR.replace(b"3.66", b"Infinity")),
        "a number without end": Answer(b'{"refRates":[' + b"9" * 5000 + b"]}"),
    },
    "h41": {
        "a missing column": Answer(H41.replace(b"WSHOMCB", b"WSHOMC")),
        "no date column": Answer(H41.replace(b"observation_date", b"when")),
        "no number at all": Answer(b"observation_date,WSHOMCB\n2026-11-25,.\n"),
        "a week twice": Answer(H41.replace(b"10-28", b"10-21")),
    },
    "soma": {
        "a missing field": Answer(SOMA.replace(b"currentFaceValue", b"parValue")),
        "no holdings": Answer(b'{"soma":{"holdings":[]}}'),
        "two days": Answer(SOMA.replace(b"2026-11-25", b"2026-11-18", 1)),
        "another text": Answer(SOMA.replace(b"UMBS MORTPASS 2% 01/51", b"UMBS")),
    },
    "dates": {"none": Answer(b'{"soma":{"asOfDates":[]}}')},
}
ANYWHERE = {
    "empty": lambda body: Answer(b""),
    "blank": lambda body: Answer(b" \n"),
    "a page": lambda body: Answer(b"<!DOCTYPE html><html>Access denied</html>"),
    "not text": lambda body: Answer(bytes(range(256))),
    "cut off on the way": lambda body: Answer(body, promised=len(body) + 100),
    "an error": lambda body: Answer(b"", status=503),
    "a part": lambda body: Answer(body, status=206),
    "compressed": lambda body: Answer(gzip.compress(body), headers=(("Content-Encoding", "gzip"),)),
    "another host": lambda body: Answer(b"", status=302, headers=(("Location", "http://localhost:9/x.csv"),)),
}
CASES = [(name, what, answer) for name, cases in BROKEN.items() for what, answer in cases.items()]
CASES += [(name, what, broken(body)) for name, body in SAMPLES.items() for what, broken in ANYWHERE.items()]


@pytest.mark.parametrize(("name", "answer"), [pytest.param(n, a, id=f"{n}: {w}") for n, w, a in CASES])
def test_what_is_broken_is_said_and_takes_no_place(name: str, answer: Answer, refresh: Run, folder: Path) -> None:
    folder.mkdir()
    reading = forms.Reading(datetime.date(2026, 11, 18), {"cmt_10y": 0.04}, [])
    broken = "soma" if name == "dates" else name
    old = {broken: snapshots.record(reading, "an address", b"", NOW - datetime.timedelta(days=7))}
    path = snapshots.write(old, NOW - datetime.timedelta(days=7))
    before = path.read_bytes()
    status, _, err = refresh({name: answer})
    assert status == 1
    (line,) = err.splitlines()
    title = next(source.title for source in sources.SOURCES if source.name == broken)
    assert line.startswith(f"{title}: ")
    assert re.search(r": \S.{10,}\. By hand: http://\S+, then mbsxl refresh --paste FILE$", line.removeprefix(title))
    assert path.read_bytes() == before
    newest = snapshots.newest()
    assert newest not in (None, path)
    assert snapshots.read(newest)[broken] == old[broken]
    assert set(snapshots.read(newest)) == {"treasury", "survey", "sofr", "h41", "soma"}


def test_a_column_that_is_missing_is_named(refresh: Run) -> None:
    words = refresh(
        {"treasury": BROKEN["treasury"]["a missing column"], "survey": BROKEN["survey"]["a missing column"]}
    )
    assert 'column "10y": is not in the table; it has Date, 1 Mo' in words[2]
    assert 'column "pmms15": is not in the table; it has date, pmms30' in words[2]


def test_where_nothing_comes_nothing_is_written(refresh: Run, folder: Path) -> None:
    assert refresh()[0] == 0
    there = {path: path.read_bytes() for path in folder.iterdir()}
    status, _, err = refresh(dict.fromkeys(SAMPLES, Answer(b"", status=404)))
    assert status == 1
    assert "nothing was refreshed" in err
    assert {path: path.read_bytes() for path in folder.iterdir()} == there


def test_a_damaged_snapshot_is_said_by_name_and_replaced_by_the_next(refresh: Run, folder: Path) -> None:
    folder.mkdir()
    damaged = folder / "market-20260101T000000.000000Z.json"
    damaged.write_text('{"treasury": {}}')
    with pytest.raises(InputError, match="is damaged; delete it"):
        newest_market()
    status, _, err = refresh()
    assert status == 0
    assert damaged.name in err
    assert newest_market().day == DAY


def test_what_was_downloaded_by_hand_is_read(refresh: Run, tmp_path: Path) -> None:
    files = {"curve.csv": TREASURY, "curve.xml": TREASURY_XML, "PMMS_history.csv": SURVEY, "x": SOFR, "y.csv": H41}
    for name, data in (files | {"soma.json": SOMA, "soma.csv": SOMA_CSV, "page.csv": b"<html>"}).items():
        (tmp_path / name).write_bytes(data)
        status, _, err = refresh({}, "--paste", str(tmp_path / name))
        assert status == (1 if name == "page.csv" else 0), err
    assert "is from none of these" in err
    kept = snapshots.read(snapshots.newest())
    assert {each.address for each in kept.values()} == {"curve.xml", "PMMS_history.csv", "x", "y.csv", "soma.csv"}
    assert "cannot be read" in refresh({}, "--paste", str(tmp_path / "absent"))[2]


def test_offline_reaches_nothing(refresh: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "fetch", lambda *_: pytest.fail("it asked"))
    status, _, err = refresh({}, "--offline")
    assert status == 2
    assert "has none; templates show the market shipped" in err


# --------------------------------------------------------------------------------------------------------- the network


def test_what_takes_too_long_is_left(folder: Path) -> None:
    with served({"/slow": Answer(b"x" * 100, pause=0.05)}) as address, pytest.raises(InputError, match=r"within 0.2 s"):
        fetch.fetch(f"{address}/slow", seconds=0.2)


def test_what_never_begins_is_left(folder: Path) -> None:
    with served({"/silent": Answer(b"x", silence=60)}) as address, pytest.raises(InputError, match=r"within 0.2 s"):
        fetch.fetch(f"{address}/silent", seconds=0.2)


@pytest.mark.parametrize("promised", ["many", "-1", ""])
def test_a_length_that_is_none_is_no_matter(folder: Path, promised: str) -> None:
    with served({"/x": Answer(b"data", promised=promised)}) as address:
        assert fetch.fetch(f"{address}/x") == b"data"


def test_a_certificate_that_is_not_trusted_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    with served({"/x": Answer(b"data")}, authority.issue_cert("127.0.0.1")) as address:
        with pytest.raises(InputError, match=r"certificate that is not trusted.*SSL_CERT_FILE"):
            fetch.fetch(f"{address}/x")
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert fetch.fetch(f"{address}/x") == b"data"


def test_a_host_may_send_on_within_itself_and_nowhere_else(folder: Path) -> None:
    def sent(place: str) -> Answer:
        return Answer(status=301, headers=(("Location", place),))

    answers = {"/here": Answer(b"data"), "/moved": sent("/here"), "/circle": sent("/circle")}
    answers |= {"/away": sent("http://localhost:9/it"), "/file": sent("file:///etc/hostname"), "/else": sent("//a.b/c")}
    with served(answers) as address:
        assert fetch.fetch(f"{address}/moved") == b"data"
        for path in ("/away", "/file", "/else"):
            with pytest.raises(InputError, match=r"another host|not allowed"):
                fetch.fetch(f"{address}{path}")
        with pytest.raises(InputError, match="301"):
            fetch.fetch(f"{address}/circle")


def test_a_proxy_of_the_environment_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served({"http://rates.invalid/x": Answer(b"by the proxy")}) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        assert fetch.fetch("http://rates.invalid/x") == b"by the proxy"
    with pytest.raises(InputError, match=r"cannot be reached.*HTTPS_PROXY"):
        fetch.fetch("http://rates.invalid/x")


# ----------------------------------------------------------------------------------------------------------- templates


def _snapshot(**data: bytes) -> snapshots.Snapshot:
    read = {source.name: source.read for source in sources.SOURCES}
    return {name: snapshots.record(read[name](body), "here", body, NOW) for name, body in (NEEDED | data).items()}


def test_a_template_shows_the_market_of_the_snapshot_and_says_so() -> None:
    book = Book.read(templates.path_of("yield_table"), published())
    names = set(book.names)
    market_of(_snapshot()).put(book)
    assert book.value(book.names["cmt_10y"]) == 0.0466
    assert book.value(book.names["mortgage_rate"]) == 0.0681
    note = book.names["cmt_10y"]._replace(column=book.names["cmt_10y"].column + 1)
    assert book.value(note) == "U.S. Treasury, daily par yield curve, 25 November 2026"
    assert "Market of 25 Nov 2026; prices illustrative, set beside the market of 24 November 2025" in str(
        book.value(book.names["dated"])
    )
    assert book.errors() == []
    assert set(book.names) == names


def test_the_months_since_the_last_follow_in_the_run_off() -> None:
    weeks = [("2026-05-27", 1960), ("2026-06-24", 1945), ("2026-07-29", 1930.5), ("2026-09-30", 1900)]
    h41 = "observation_date,WSHOMCB\n" + "".join(f"{day},{1000 * held}\n" for day, held in weeks)
    survey = "date,pmms30,pmms15\n" + "".join(f"{month}/25/2026,{6 + month / 10},5\n" for month in range(5, 12))
    book = Book.read(templates.path_of("soma_runoff"), published())
    market_of(_snapshot(h41=h41.encode(), survey=survey.encode())).put(book)

    def input_of(name: str) -> object:
        return book.value(book.names[name])

    last = max(name for name in book.names if name.startswith("month_2"))
    assert last == "month_2026_05", "move the months of this test on"
    assert [input_of(f"off_new{row}") for row in (1, 2, 3)] == [15, 14.5, None]  # August is missing
    assert [input_of(f"rate_new{row}") for row in (1, 2, 3)] == [pytest.approx(0.066), pytest.approx(0.067), None]
    assert input_of("holdings") == 1930.5
    assert input_of("start") == 46235  # 1 August 2026
    assert book.errors() == []


def test_the_cohorts_of_the_snapshot_are_those_of_the_run_off() -> None:
    """As they are published, 2% of 360 months and 1.5% of 180; and one of 240 months at 6%, in the nearest row."""
    book = Book.read(templates.path_of("soma_runoff"), published())
    shipped = book.value(book.names["mbs_2030"])
    market = market_of(_snapshot(soma=SOMA))
    assert market.holdings is not None
    assert [(each.coupon, each.term) for each in market.holdings.cohorts] == [(0.015, 180), (0.02, 360)]
    odd = Cohort(0.06, 240, 30, 0.2)
    less = [each._replace(share=0.8 * each.share) for each in market.holdings.cohorts]
    market._replace(holdings=market.holdings._replace(cohorts=[*less, odd])).put(book)
    shares = {name: book.value(place) for name, place in book.names.items() if name.startswith("share_")}
    assert sum(shares.values()) == pytest.approx(1)
    held = {name: share for name, share in shares.items() if share}
    assert held == pytest.approx(
        {"share_0015_180": less[0].share, "share_002_360": less[1].share, "share_003_180": 0.2}
    )
    assert book.value(book.names["elapsed_003_180"]) == 30
    assert "cohorts of 25 Nov 2026, folded into these rows, not official" in str(book.value(book.names["dated"]))
    assert book.errors() == []
    assert book.value(book.names["checks_ok"]) == "all 9 checks ok"
    assert book.value(book.names["mbs_2030"]) != shipped


def test_rates_of_days_that_are_far_apart_are_no_market() -> None:
    with pytest.raises(InputError, match=r"sofr.*too far apart"):
        market_of(_snapshot(sofr=SOFR.replace(b"2026-11", b"2026-10")))
    lacking = _snapshot()
    del lacking["survey"]
    with pytest.raises(InputError, match='"survey": is missing'):
        market_of(lacking)


def test_a_trade_settles_on_the_next_day_whose_pools_are_to_be_notified() -> None:
    # SIFMA, class A: notification December 8 and settlement December 10, 2026; January 12 and 14, 2027
    traded = [datetime.date(2026, 12, 7), datetime.date(2026, 12, 8), datetime.date(2026, 12, 31)]
    assert list(map(settlement, traded)) == [datetime.date(2026, 12, 10), *[datetime.date(2027, 1, 14)] * 2]
