"""The pages: of a template, whose answer follows what is typed, of a formula, and of positions."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Container
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from mbsxl.errors import InputError
from mbsxl_install.serve.formula import answered, as_read, pasted
from mbsxl_install.serve.guard import MOST_SENT, Guard
from mbsxl_install.serve.live import Live, drawn
from mbsxl_install.serve.positions import Sent, added_up
from mbsxl_install.serve.typed import at_first
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Family, arguments_of, signature, source, summary
from mbsxl_udfs.formulas.entry import shown as argument_shown
from mbsxl_udfs.formulas.reference import details
from mbsxl_udfs.sheet.cells import Block
from mbsxl_udfs.sheet.charts import Drawn
from mbsxl_workbooks import report, templates
from mbsxl_workbooks.market_day import MarketDay

_STATIC = Path(__file__).parent / "static"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAGES = Environment(
    loader=PackageLoader("mbsxl_install.serve", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_PAGES.globals |= {
    "style": Markup(report.STYLE),
    "htmx": json.dumps({"includeIndicatorStyles": False, "allowEval": False}),
}


def application(port: int, token: str, market: MarketDay | None = None) -> ASGIApp:
    """Return the pages behind their rules, at one port under one token."""
    desk = Desk(market)
    routes = [
        Route("/", desk.contents),
        Route("/template/{name}/", desk.template),
        Route("/template/{name}/inputs", desk.inputs),
        Route("/template/{name}/results", desk.results, methods=["POST"]),
        Route("/template/{name}/pictures", desk.pictures, methods=["POST"]),
        Route("/template/{name}/workbook", desk.workbook),
        Route("/positions/", desk.positions),
        Route("/positions/book", book, methods=["POST"]),
        Route("/formula/{name}/", formula),
        Route("/formula/{name}/answer", answer, methods=["POST"]),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
    pages = Starlette(routes=[Mount(f"/{token}", routes=routes)], exception_handlers={Exception: _fault})
    return Guard(pages, port, token)


def _page(name: str, **told: object) -> HTMLResponse:
    return HTMLResponse(_PAGES.get_template(name).render(**told))


async def _fault(_: Request, fault: Exception) -> Response:
    """Say that something broke here, in words that tell nothing of the machine; the terminal has the rest."""
    traceback.print_exception(fault)
    return PlainTextResponse("something is wrong with mbsxl itself; the terminal says what", 500)


class Desk:
    """The templates that are open. Of what is typed only the last is calculated: who no longer waits is passed over."""

    def __init__(self, market: MarketDay | None) -> None:
        self._market = market
        self._open: dict[str, asyncio.Task[Live]] = {}

    async def _live(self, request: Request) -> Live:
        """Return a template, opened by the first who asks for it."""
        name = _named(request, templates.NAMES)
        if name not in self._open:
            self._open[name] = asyncio.create_task(run_in_threadpool(Live, name, self._market))
        return await asyncio.shield(self._open[name])

    async def contents(self, _: Request) -> Response:
        """Answer with what there is."""
        families = {
            family.value: [(entry.name, summary(entry)) for entry in CATALOGUE.values() if entry.family is family]
            for family in Family
        }
        modules = [(name, templates.template(name)) for name in templates.NAMES]
        return _page("contents.html", root=".", families=families, modules=modules)

    async def positions(self, _: Request) -> Response:
        """Answer with the page that takes positions."""
        return _page("positions.html", root="..", first=await run_in_threadpool(at_first, self._market))

    async def template(self, request: Request) -> Response:
        """Answer with the page of a template, which then asks for its inputs."""
        module = templates.template(_named(request, templates.NAMES))
        return _page("template.html", root="../..", module=module)

    async def inputs(self, request: Request) -> Response:
        """Answer with the inputs of a template."""
        return _page("inputs.html", fields=(await self._live(request)).fields)

    async def results(self, request: Request) -> Response:
        """Answer with what the template says to the inputs typed."""
        live, texts = await self._live(request), await _texts(request)

        def work() -> Response:
            refused = live.settle(texts)
            if "keep" in request.query_params:
                live.keep()
            if "forget" in request.query_params:
                live.scenarios.clear()
            review = live.review()
            return _page(
                "results.html",
                fields=live.fields,
                refused=refused,
                results=Markup(report.results(review)),
                checks=Markup(report.checks(review)),
                query=urlencode(live.changed),
                scenarios=review.scenarios,
            )

        async with live.turn:
            return Response(status_code=204) if await request.is_disconnected() else await run_in_threadpool(work)

    async def pictures(self, request: Request) -> Response:
        """Answer with the charts. They are drawn out of turn, one by one: who types on does not wait for them."""
        live, texts = await self._live(request), await _texts(request)

        def work() -> list[tuple[Drawn, dict[str, Block]]]:
            live.settle(texts)
            return live.charts()

        async with live.turn:
            charts = [] if await request.is_disconnected() else await run_in_threadpool(work)
        figures = []
        for place, (chart, blocks) in enumerate(charts):
            if await request.is_disconnected():
                return Response(status_code=204)
            figures.append(await run_in_threadpool(drawn, chart, blocks, place))
        return HTMLResponse(f'<div class="pictures">{"".join(figures)}</div>')

    async def workbook(self, request: Request) -> Response:
        """Answer with the workbook with the inputs typed."""
        live = await self._live(request)

        def work() -> bytes:
            live.settle(request.query_params)
            return live.data()

        async with live.turn:
            data = await run_in_threadpool(work)
        name = request.path_params["name"]
        return Response(
            data, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'}, media_type=_WORKBOOK
        )


async def formula(request: Request) -> Response:
    """Answer with the page of a formula."""
    entry = CATALOGUE[_named(request, CATALOGUE)]
    arguments = [(argument_shown(each), details(each)) for each in arguments_of(entry)]
    told = {"summary": summary(entry), "signature": signature(entry), "source": source(entry)}
    return _page("formula.html", root="../..", entry=entry, arguments=arguments, **told)


async def answer(request: Request) -> Response:
    """Answer with what a formula gives, or why it gives nothing."""
    texts = await _texts(request)

    def work() -> Response:
        try:
            cells = pasted(texts.get("cells", ""))
        except InputError as error:
            return _refused(error)
        return _page("answer.html", **answered(texts.get("formula", ""), cells)._asdict(), cells=as_read(cells))

    return await run_in_threadpool(work)


def _refused(error: InputError) -> Response:
    """Answer with why there is nothing to show."""
    return _page("answer.html", rows=[], words=[str(error)], more=0, cells=[])


async def book(request: Request) -> Response:
    """Answer with what the positions sent add up to, or why they do not."""
    async with request.form(max_files=1, max_part_size=MOST_SENT) as form:
        file = form.get("positions")
        name, data = (file.filename or "", await file.read()) if isinstance(file, UploadFile) else ("", b"")
        texts = {field: text for field, text in form.items() if isinstance(text, str)}
    try:
        return _page("book.html", kind=_WORKBOOK, added=await run_in_threadpool(added_up, Sent(name, data, texts)))
    except InputError as error:
        return _refused(error)


def _named(request: Request, names: Container[str]) -> str:
    """Return the name in an address, where it is one of these."""
    name = str(request.path_params["name"])
    if name not in names:
        raise HTTPException(404, "there is none of this name")
    return name


async def _texts(request: Request) -> dict[str, str]:
    """Return what was typed, by the name of the field."""
    async with request.form() as form:
        return {name: text for name, text in form.items() if isinstance(text, str)}
