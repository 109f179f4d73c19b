"""A server of this machine that publishes as the sources do, and breaks as servers break; `SAMPLES` has their forms."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

TREASURY = b"""Date,"1 Mo","1.5 Month","2 Mo","3 Mo","4 Mo","6 Mo","1 Yr","2 Yr","3 Yr","5 Yr","7 Yr","10 Yr",\
"20 Yr","30 Yr"
11/25/2026,3.90,3.91,3.92,3.93,3.94,3.95,4.02,4.21,4.25,4.40,4.52,4.66,5.18,5.12
11/24/2026,3.91,,3.92,3.93,3.94,3.95,4.03,4.22,4.26,4.41,4.53,4.67,5.19,5.13
"""
TREASURY_XML = b"""<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"
 xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><title>DailyTreasuryYieldCurveRateData</title>
<entry><content type="application/xml"><m:properties><d:NEW_DATE m:type="Edm.DateTime">2026-11-25T00:00:00</d:NEW_DATE>
<d:BC_1MONTH>3.90</d:BC_1MONTH><d:BC_1_5MONTH>3.91</d:BC_1_5MONTH><d:BC_3MONTH>3.93</d:BC_3MONTH><d:BC_1YEAR>4.02</d:BC_1YEAR>
<d:BC_2YEAR>4.21</d:BC_2YEAR><d:BC_5YEAR>4.40</d:BC_5YEAR><d:BC_7YEAR>4.52</d:BC_7YEAR><d:BC_10YEAR>4.66</d:BC_10YEAR>
<d:BC_20YEAR>5.18</d:BC_20YEAR><d:BC_30YEAR>5.12</d:BC_30YEAR></m:properties></content></entry></feed>
"""
SURVEY = b"""date,pmms30,pmms30p,pmms15,pmms15p,pmms51,pmms51p
4/2/1971,7.33,,,,,
11/19/2026,6.84,,6.11,,,
11/25/2026,6.81,,6.09,,,
"""
SOFR = b"""{"refRates":[{"effectiveDate":"2026-11-25","type":"SOFR","percentRate":3.66,"percentPercentile1":3.6},
{"effectiveDate":"2026-11-24","type":"SOFR","percentRate":3.64,"percentPercentile1":3.6}]}"""
H41 = b"""observation_date,WSHOMCB
2026-10-21,1905000.0
2026-10-28,1904000.0
2026-11-18,.
2026-11-25,1890500.0
"""
DATES = b'{"soma":{"asOfDates":["2026-11-25"]}}'
SOMA = b"""{"soma":{"holdings":[
{"asOfDate":"2026-11-25","cusip":"3132DWAW3","securityDescription":"UMBS MORTPASS 2% 01/51","term":"30yr",
"currentFaceValue":"30000000000.00","isAggregated":"","securityType":"MBS"},
{"asOfDate":"2026-11-25","cusip":"3132DVGB5","securityDescription":"UMBS MORTPASS 2% 11/51","term":"30yr",
"currentFaceValue":"10000000000.00","isAggregated":"Y","securityType":"MBS"},
{"asOfDate":"2026-11-25","cusip":"3132D1AA1","securityDescription":"UMBS MORTPASS 1.5% 11/36","term":"15yr",
"currentFaceValue":"10000000000.00","isAggregated":"","securityType":"MBS"},
{"asOfDate":"2026-11-25","cusip":"3138LM4F7","securityDescription":"FNMA MORTPASS 3.56% 06/28","term":"",
"currentFaceValue":"124200000.00","isAggregated":"","securityType":"CMBS"}]}}"""
SOMA_CSV = b""""As Of Date","CUSIP","Security Type","Security Description","Term","Maturity Date",\
"Issuer","Spread (%)","Coupon (%)","Current Face Value","Par Value","Inflation Compensation",\
"Percent Outstanding","Change From Prior Week","Change From Prior Year","is Aggregated"
"2026-11-25","'3132DWAW3'","MBS","UMBS MORTPASS 2% 01/51","30yr","","","","","40000000000.00","","","","","",""
"2026-11-25","'3132D1AA1'","MBS","UMBS MORTPASS 1.5% 11/36","15yr","","","","","10000000000.00","","","","","",""
"""

SAMPLES = {"treasury": TREASURY, "survey": SURVEY, "sofr": SOFR, "h41": H41, "soma": SOMA, "dates": DATES}


class Answer(NamedTuple):
    """What a server answers: a status, headers and a body; it may promise more than it sends, and take its time."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    promised: int | str | None = None
    pause: float = 0  # seconds between two bytes
    silence: float = 0  # seconds before the first


@contextmanager
def served(answers: dict[str, Answer], certificate: Any = None) -> Iterator[str]:
    """Serve answers by path; give the address of the server."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers[self.path]
            if closing.wait(answer.silence):
                return
            self.send_response(answer.status)
            for header in answer.headers:
                self.send_header(*header)
            self.send_header("Content-Length", str(len(answer.body) if answer.promised is None else answer.promised))
            self.end_headers()
            if not answer.pause:
                self.wfile.write(answer.body)
                return
            for byte in answer.body:
                if closing.is_set():
                    return
                self.wfile.write(bytes([byte]))
                time.sleep(answer.pause)

        def log_message(self, *_: object) -> None:
            pass

    closing = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who asks may go away
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if certificate is not None else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
