"""One file from the network: whole, in time, from the host that was asked, or refused with why.

Proxies are those of the environment (HTTPS_PROXY), certificates those of the system or of SSL_CERT_FILE.
"""

from __future__ import annotations

import http.client
import queue
import ssl
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPMessage
from typing import IO
from urllib.parse import urlsplit

from mbsxl.errors import InputError

SECONDS = 60.0  # that one file may take
_MOST = 64 << 20  # bytes of one file
_PIECE = 1 << 16
_HEADERS = {"User-Agent": "mbsxl", "Accept": "*/*"}


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows where the host that was asked sends us within itself, and nowhere else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        asked, told = urlsplit(req.full_url), urlsplit(newurl)
        if (asked.scheme, asked.netloc) != (told.scheme, told.netloc):
            fp.close()
            raise InputError("address", req.full_url, f"sends on to another host, {told.hostname}, which is not asked")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(address: str, seconds: float = SECONDS) -> bytes:
    """Return what stands at an address.

    Errors
    ------
    InputError
        No answer in time, an answer that is cut off or too large, a certificate that is not trusted, another host.
    """
    answers: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_answer(address, seconds))
        except Exception as fault:
            answers.put(fault)

    # In a thread of its own: a name that is looked up, or headers that come one by one, wait for no limit of time.
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise InputError("address", address, _why(TimeoutError(), seconds)) from None
    if isinstance(answer, urllib.error.HTTPError):
        answer.close()
        raise InputError("address", address, f"answers {answer.code} {answer.reason}") from answer
    if isinstance(answer, OSError | http.client.HTTPException):
        raise InputError("address", address, _why(answer, seconds)) from answer
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer(address: str, seconds: float) -> bytes:
    until = time.monotonic() + seconds
    request = urllib.request.Request(address, headers=_HEADERS)
    with urllib.request.build_opener(_SameHost).open(request, timeout=seconds) as answer:
        coding = answer.headers.get("Content-Encoding", "identity")
        if answer.status != http.HTTPStatus.OK or coding != "identity":
            said = f"{answer.status} {answer.reason}" if coding == "identity" else f"in {coding}"
            raise InputError("address", address, f"answers {said}, which was not asked for")
        return _whole(answer, address, until)


def _whole(answer: http.client.HTTPResponse, address: str, until: float) -> bytes:
    data, expected = bytearray(), answer.headers.get("Content-Length", "")
    while piece := answer.read1(_PIECE):
        data += piece
        if len(data) > _MOST:
            raise InputError("address", address, f"is larger than the {_MOST >> 20} MB read here")
        if time.monotonic() > until:
            raise TimeoutError
    if expected.isdecimal() and len(data) != int(expected):
        raise InputError("address", address, f"was cut off after {len(data):,} of {int(expected):,} bytes; try again")
    return bytes(data)


def _why(fault: Exception, seconds: float) -> str:
    reason = fault.reason if isinstance(fault, urllib.error.URLError) else fault
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"shows a certificate that is not trusted ({reason.verify_message}); where a company's proxy stands "
            "between, SSL_CERT_FILE names its certificates"
        )
    if isinstance(reason, TimeoutError):
        return f"has not answered in full within {seconds:g} s; try again"
    if isinstance(reason, http.client.IncompleteRead):
        return "was cut off; try again"
    words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return f"cannot be reached ({words}); behind a proxy set HTTPS_PROXY"
