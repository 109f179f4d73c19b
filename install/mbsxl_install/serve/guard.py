"""Who may ask the local page: a browser on this machine that was given its address, and no other site in it."""

from __future__ import annotations

from secrets import compare_digest

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_SENT = 20 * 2**20  # bytes of a request
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class TooLargeError(Exception):
    """A request of more bytes than are taken."""


class Guard:
    """An application behind its rules.

    The `Host` is this machine's own by name or number, so that no name on the web can be pointed here; an `Origin` is
    this page's own, and there is one where anything is sent; the address has the token; and no more is read than
    `MOST_SENT`.
    """

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app, self._token = app, token.encode()
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, guarded)
            return
        try:
            await self._app(scope, _bounded(receive), guarded)
        except TooLargeError:
            await _too_large()(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """Return what a request is answered with that breaks a rule."""
        headers = Headers(scope=scope)
        origins = headers.getlist("origin")
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return PlainTextResponse("this page is asked for by this machine's own name only", 403)
        if any(origin != f"http://{hosts[0]}" for origin in origins) or (scope["method"] != "GET" and not origins):
            return PlainTextResponse("another site may not ask this page", 403)
        if not compare_digest(scope["path"].split("/")[1].encode(), self._token):
            return PlainTextResponse("not found; take the whole address that mbsxl serve printed", 404)
        length = headers.get("content-length", "0")
        return _too_large() if not length.isdecimal() or int(length) > MOST_SENT else None


def _too_large() -> PlainTextResponse:
    return PlainTextResponse(f"too large: at most {MOST_SENT // 2**20} MB are taken", 413)


def _bounded(receive: Receive) -> Receive:
    """Return what gives a request until it is too large, whatever it said of its length."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_SENT:
            raise TooLargeError
        return message

    return bounded
