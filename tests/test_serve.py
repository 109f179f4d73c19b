"""The local page: who is refused, what is shown of an input, and that a real browser shows it."""

from __future__ import annotations

import base64
import html
import http.client
import io
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import openpyxl
import pytest
from browser import CHROMIUM, tab

pytest.importorskip("starlette", reason="the page needs pip install -e .[serve]")
uvicorn = pytest.importorskip("uvicorn", reason="the page needs pip install -e .[serve]")

from mbsxl_install.serve.app import application  # noqa: E402
from mbsxl_install.serve.guard import MOST_SENT  # noqa: E402
from mbsxl_udfs.formulas.catalogue import CATALOGUE  # noqa: E402
from mbsxl_udfs.formulas.entry import arguments_of  # noqa: E402
from mbsxl_udfs.formulas.publish import published  # noqa: E402
from mbsxl_udfs.formulas.reference import details  # noqa: E402
from mbsxl_udfs.sheet.charts import charts  # noqa: E402
from mbsxl_udfs.sheet.engine import Book  # noqa: E402
from mbsxl_udfs.sheet.package import Package  # noqa: E402
from mbsxl_workbooks import templates  # noqa: E402

TOKEN = "a-token-of-the-tests"
LIGHT = "soma_runoff"
TYPED = "/template/soma_runoff/results"


class Answer:
    """What the page answered."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.data = answer.status, answer.headers, answer.read()
        self.text = self.data.decode(errors="replace")


class Client:
    """Asks the page as a browser does, or as one that was led astray."""

    def __init__(self, port: int) -> None:
        self.port, self.root = port, f"http://127.0.0.1:{port}/{TOKEN}"

    def ask(
        self, path: str, body: object = None, headers: dict[str, str] | None = None, start: str = f"/{TOKEN}"
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        own = {"Origin": f"http://127.0.0.1:{self.port}"} if body is not None else {}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("GET" if body is None else "POST", start + path, body, own | kind | (headers or {}))
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def typed(self, path: str, **texts: str) -> str:
        answer = self.ask(path, urlencode(texts))
        assert answer.status == 200, answer.text
        return answer.text


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        config = uvicorn.Config(application(port, TOKEN), log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Client(port)
        server.should_exit = True
        thread.join(30)


# ------------------------------------------------------------------------------------------------------ who may ask


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:{port}"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Host": "bank.example"}, 403),
        ({"Host": "bank.example:{port}"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Host": "127.0.0.1:{port}.bank.example"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "https://bank.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://127.0.0.1:{port}"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Host": "localhost:{port}", "Origin": "http://127.0.0.1:{port}"}, 403),
    ],
)
def test_only_this_machines_own_page_may_ask(client: Client, headers: dict[str, str], status: int) -> None:
    own = {name: text.format(port=client.port) for name, text in headers.items()}
    assert client.ask("/", headers=own).status == status


def test_what_is_sent_says_where_from(client: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    connection.request("POST", f"/{TOKEN}{TYPED}", "")
    assert connection.getresponse().status == 403
    connection.close()


@pytest.mark.parametrize("start", ["", f"/{TOKEN}x", f"/{TOKEN[:-1]}", "/%C3%A9", f"//{TOKEN}", "/static"])
def test_without_the_token_there_is_nothing(client: Client, start: str) -> None:
    assert client.ask("/", start=start).status == 404


@pytest.mark.parametrize("length", [{"Content-Length": str(MOST_SENT + 1)}, {"Content-Length": "-1"}])
def test_too_much_is_refused_by_what_it_says_of_itself(client: Client, length: dict[str, str]) -> None:
    assert client.ask(TYPED, b"", headers=length).status in (400, 413)


def test_too_much_is_refused_whatever_it_says_of_itself(client: Client) -> None:
    parts = (b"x=" + b"y" * 2**20 for _ in range(MOST_SENT // 2**20 + 2))
    try:
        status = client.ask(TYPED, parts, headers={"Transfer-Encoding": "chunked"}).status
    except (BrokenPipeError, ConnectionResetError):  # it was hung up on
        return
    assert status == 413


@pytest.mark.parametrize(
    "path", ["/template/nothing/", "/formula/NOTHING/", "/static/../app.py", "/static/%2e%2e/app.py"]
)
def test_there_is_no_more_than_was_put_there(client: Client, path: str) -> None:
    answer = client.ask(path)
    assert answer.status == 404
    assert "import" not in answer.text


def test_a_page_runs_no_script_but_its_own(client: Client) -> None:
    for path in ("/", "/template/soma_runoff/", "/formula/MBS_CPR/"):
        answer = client.ask(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert [
            src for src in re.findall(r"<script(.*?)>", answer.text) if not re.search(r'src="[./]+static/', src)
        ] == []


# ----------------------------------------------------------------------------------------------------- what is shown


def said(page: str) -> str:
    return re.findall(r'<p class="answer">(.*?)</p>', page)[0]


def test_the_answer_follows_an_input_and_comes_back(client: Client) -> None:
    first = client.typed(TYPED)
    slow = client.typed(TYPED, speed_base="4 CPR")
    book = Book.read(templates.path_of(LIGHT), published())
    book.set("speed_base", "4 CPR")
    assert said(slow) == str(book.value(book.names["answer"])).replace("'", "&#x27;")
    assert said(slow) != said(first)
    assert client.typed(TYPED) == first


def test_what_an_input_does_not_take_is_said_beside_it_and_leaves_the_answer(client: Client) -> None:
    first = client.typed(TYPED)
    wrong = client.typed(TYPED, cap="much")
    assert re.search(r'id="why-cap"[^>]*>is not a number', wrong)
    assert said(wrong) == said(first)


def test_what_is_typed_is_text_of_the_page(client: Client) -> None:
    assert "<script>" not in client.typed(TYPED, speed_base="<script>")
    assert "<script>" not in client.typed("/formula/MBS_CPR/answer", formula='="<script>"')


def test_the_workbook_has_what_was_typed(client: Client) -> None:
    answer = client.ask(f"/template/{LIGHT}/workbook?{urlencode({'speed_base': '4 CPR'})}")
    assert answer.headers["content-disposition"] == 'attachment; filename="soma_runoff.xlsx"'
    book = Book(answer.data, published())
    assert book.value(book.names["speed_base"]) == "4 CPR"


def test_a_formula_shows_its_value_and_its_errors_words(client: Client) -> None:
    page = client.ask("/formula/MBS_CPR/").text
    assert details(arguments_of(CATALOGUE["MBS_CPR"])[0]) in html.unescape(page)
    assert f"{1 - 0.995**12:.4f}" in client.typed("/formula/MBS_CPR/answer", formula='=ROUND(MBS_CPR("0.5 SMM"), 4)')
    wrong = client.typed("/formula/MBS_CPR/answer", formula="=MBS_CPR(6)")
    assert "#VALUE!" in wrong
    assert "6 CPR" in wrong


def test_a_formula_stands_on_several_lines_and_refers_to_cells_pasted(client: Client) -> None:
    def answer(formula: str, cells: str) -> list[str]:
        page = client.typed("/formula/MBS_YIELD/answer", formula=formula, cells=cells)
        return re.findall(r'<td class="number value">(.*?)</td>', page)

    several = '=MBS_YIELD(\n  100,\r\n  9%, 9.5%, 360, 0,\n  A1:B1,, "GNMA I")'
    (slow, fast) = answer(several, "150 PSA\t300 PSA\r\n")
    assert slow.startswith("0.09106748")  # SF-50
    assert slow != fast
    assert answer("=SUM(A1:B2)", "1,250.5\t5%\n\tword") == ["1250.55"]
    assert answer("=SUM(A:A)", "1; 2\n3; 4") == ["4"]
    assert answer("=A1-B1", "11/25/2026\t2026-11-24") == ["1"]
    assert answer("=IF(A1,B1,0)", "TRUE\t#N/A") == ["#N/A"]
    assert "as they were read" not in client.typed("/formula/MBS_CPR/answer", formula="=1", cells="")
    assert "at most 100,000" in client.typed("/formula/MBS_CPR/answer", formula="=1", cells="1\n" * 100_001)


@pytest.mark.parametrize("formula", ["", "=", "=(", "=NOTHING()", "=1/0", "='[x.xlsx]A'!A1", "=" + "(" * 5000])
def test_no_formula_breaks_the_page(client: Client, formula: str) -> None:
    assert "/site-packages" not in client.typed("/formula/MBS_CPR/answer", formula=formula)


def test_no_page_shows_a_path_of_the_machine(client: Client) -> None:
    pages = [client.ask(path).text for path in ("/", "/template/soma_runoff/inputs", "/formula/MBS_BOOK/")]
    pages += [client.typed(TYPED, cap="much"), client.ask("/nothing").text]
    assert not [page for page in pages if str(Path.home()) in page or str(templates.path_of(LIGHT).parent) in page]


def test_scenarios_stand_side_by_side_until_they_are_forgotten(client: Client) -> None:
    first = client.typed(TYPED)
    kept = client.typed(f"{TYPED}?keep", speed_base="4 CPR")
    beside = client.typed(TYPED, speed_base="12 CPR")
    assert '<th scope="col" class="number">speed_base 4 CPR</th>' in kept
    assert f"speed_base 4 CPR: {said(kept)}" in beside
    assert said(beside) != said(kept)
    assert client.typed(f"{TYPED}?forget") == first


def sent(client: Client, name: str = "", data: bytes = b"", **texts: str) -> Answer:
    parts = [f'Content-Disposition: form-data; name="{field}"\r\n\r\n{text}' for field, text in texts.items()]
    parts.append(f'Content-Disposition: form-data; name="positions"; filename="{name}"\r\n\r\n')
    body = b"".join(b"--edge\r\n" + part.encode() + data * (part == parts[-1]) + b"\r\n" for part in parts)
    return client.ask("/positions/book", body + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"})


ROWS = "face,price,coupon,wac,wam,age,speed,program\n" + "1e6,100,9%,9.5%,360,0,150 PSA,GNMA I\n" * 2


@pytest.mark.parametrize("rows", [ROWS, ROWS.replace(",", "\t")], ids=["a file", "copied from a sheet"])
def test_positions_are_added_up(client: Client, rows: str) -> None:
    for answer in (sent(client, "mine.csv", rows.encode(), by="coupon"), sent(client, typed=rows, by="coupon")):
        assert "2 positions, face 2,000,000, market value 2,000,000" in answer.text
        assert "9.11%" in answer.text  # SF-50


def test_positions_are_asked_on_a_market_in_scenarios_and_hedged(client: Client) -> None:
    page = client.ask("/positions/").text
    first = {
        name: html.unescape(text)
        for name, text in re.findall(r'<textarea[^>]* name="(\w+)".*?>(.*?)</textarea>', page, re.DOTALL)
    }
    asked = dict.fromkeys(("with_market", "with_scenarios", "with_hedge", "with_caps"), "on")
    text = sent(client, by="desk", months="12", **first, **asked).text
    assert "4 positions, face 110,000,000" in text
    assert {"oas", "effective duration", "key rate dv01 10y"} <= set(re.findall(r"<td>([^<]*)</td>", text))
    assert text.count("<td>rates down 100</td>") == 2  # a row a desk
    left = dict(re.findall(r'<td>(left at \w+)</td><td class="number">([^<]*)</td>', text))
    assert left == dict.fromkeys(("left at 2y", "left at 5y", "left at 10y", "left at 30y"), "0")
    workbook = base64.b64decode(re.findall(r'href="data:[^;]*;base64,([^"]*)"', text)[0])
    sheets = openpyxl.load_workbook(io.BytesIO(workbook))
    assert sheets.sheetnames == ["Book", "Cash flow", "Scenarios", "Hedge", "Runoff", "Refused"]
    assert sheets["Scenarios"].max_row == 9


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({}, "has no header in its first"),
        ({"typed": ROWS, "with_market": "on", "market": "tenors = ["}, "is no TOML file"),
        ({"typed": ROWS, "with_market": "on", "market": ""}, "par_yields beside tenors"),
        ({"typed": ROWS, "with_scenarios": "on", "scenarios": "a,2\nb,3"}, "needs a market"),
        ({"typed": ROWS, "with_hedge": "on", "hedge": "tenor,TU\n2,1"}, "needs key-rate DV01s"),
        ({"typed": ROWS, "with_caps": "on", "caps": "cap,into\n1,BILLS"}, "has no column reinvest"),
        ({"typed": ROWS, "months": "soon"}, "months &#34;soon&#34;"),
        ({"typed": ROWS, "months": "-1"}, "is outside"),
        ({"typed": ROWS, "measures": "WORTH"}, "WORTH"),
        ({"typed": ROWS, "by": "desk"}, "desk"),
        ({"typed": "<script>,face,price,coupon,wac,wam,age\n"}, "positions"),
    ],
)
def test_what_positions_are_asked_and_cannot_be_is_said(client: Client, texts: dict[str, str], words: str) -> None:
    answer = sent(client, **texts)
    assert (answer.status, 'class="why"' in answer.text, words in answer.text) == (200, True, True), answer.text
    assert "/tmp" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("name", ["mine.csv", "mine.xlsx", "mine.parquet", "mine.exe", "../../mine.csv", "mine"])
def test_a_file_that_holds_none_is_refused_by_the_name_it_was_sent_under(client: Client, name: str) -> None:
    answer = sent(client, name, b"nothing of use")
    assert answer.status == 200
    assert 'class="why"' in answer.text
    assert "/tmp" not in answer.text
    assert ".." not in answer.text


# -------------------------------------------------------------------------------------------------- in a real browser


@pytest.mark.skipif(CHROMIUM is None, reason="a browser: Debian's chromium is not on this machine")
def test_in_a_browser_one_types_and_sees_and_nothing_is_too_wide(client: Client, tmp_path: Path) -> None:
    answered = "document.querySelector('#results .answer')?.textContent"
    with tab(tmp_path) as page:
        page.open(f"{client.root}/template/{LIGHT}/", width=390)
        first = page.until(answered)
        page.value("document.querySelector('#in-speed_base').focus()")
        page.type("4 CPR")
        changed = page.until(f"{answered} !== {first!r} && {answered}")
        assert said(client.typed(TYPED, speed_base="4 CPR")) == changed.replace("'", "&#x27;")
        drawn = charts(Package(templates.path_of(LIGHT).read_bytes(), LIGHT))
        page.until(f"document.querySelectorAll('.pictures svg').length == {len(drawn)}")
        assert page.value("document.documentElement.scrollWidth") <= 390

        page.until(
            "document.querySelector('button[hx-post*=keep]').click(), !!document.querySelector('#results .answers')"
        )
        assert page.value("document.documentElement.scrollWidth") <= 390
        client.typed(f"{TYPED}?forget")

        page.press("Tab", 9)  # on by keyboard alone, into the field below
        page.type("2 CPR")
        assert page.value("[document.activeElement.name, document.activeElement.value]") == ["speed_slow", "2 CPR"]

        page.open(f"{client.root}/formula/MBS_CPR/", width=390)
        page.until("!!document.querySelector('#answer td')")
        page.value("document.querySelector('#cells').focus()")
        page.type("6\t8 CPR")
        page.value("document.querySelector('#formula').select()")
        page.type("=MBS_CPR(\nB1)")
        page.until("document.querySelector('#answer td')?.textContent === '0.08'")
        page.value("document.querySelector('#formula').select()")
        page.type("=MBS_CPR(A1)")
        assert "6 CPR" in page.until("document.querySelector('#answer .why')?.textContent")
        assert page.value("document.documentElement.scrollWidth") <= 390

        page.open(f"{client.root}/positions/", width=390)
        page.until("document.readyState === 'complete' && !!document.querySelector('#typed')")
        page.value("document.querySelector('#typed').select()")
        page.type(ROWS)
        page.value("document.querySelector('#by').select()")
        page.type("coupon")
        page.press("Enter", 13, "\r")
        assert "2 positions" in page.until("document.querySelector('#book .question')?.textContent")
        assert page.value("document.documentElement.scrollWidth") <= 390
        book = page.downloaded("document.querySelector('#book a[download]').click()", tmp_path / "book.xlsx")
        assert openpyxl.load_workbook(book)["Book"]["A2"].value == 0.09
