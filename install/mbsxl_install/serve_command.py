"""`mbsxl serve`: the page for a browser on this machine."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from mbsxl.errors import InputError

if TYPE_CHECKING:
    from mbsxl_workbooks.market_day import MarketDay

_NEEDED = ("starlette", "uvicorn", "jinja2", "multipart")


def serve(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 is any that is free")] = 0,
    browser: Annotated[bool, typer.Option(help="open the page in the browser")] = True,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="with the market that templates came with, not the newest snapshot's")
    ] = False,
) -> None:
    """Open a page where templates and formulas are calculated as you type.

    It is for this machine alone, at an address that has a random token; it ends with Ctrl+C.
    """
    if not all(map(find_spec, _NEEDED)):
        remedy = "needs a web server; python3 install/start.py serve brings it, and opens the page"
        raise InputError("serve", "page", remedy)
    import uvicorn

    from mbsxl_install.serve.app import application

    token = secrets.token_urlsafe(24)
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as fault:
            raise InputError("port", port, f"cannot be had ({fault.strerror}); leave --port out") from fault
        listener.listen()
        port = listener.getsockname()[1]
        address = f"http://127.0.0.1:{port}/{token}/"
        typer.echo(f"{address}\nopen it in a browser of this machine; Ctrl+C ends it")
        config = uvicorn.Config(
            application(port, token, _market(shipped)), log_level="warning", access_log=False, server_header=False
        )
        if browser:
            webbrowser.open(address)
        uvicorn.Server(config).run([listener])


def _market(shipped: bool) -> MarketDay | None:
    from mbsxl_install.refresh.market import newest_market

    return None if shipped else newest_market()
