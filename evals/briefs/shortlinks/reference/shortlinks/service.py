"""The HTTP service that redirects."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shortlinks.store import Store

UNKNOWN = "Unknown link. Please check how it is spelled.\n"
EXPIRED = "This link has expired. Ask the support team for a new one.\n"


def redirect_server(store: Store, port: int, today: Callable[[], date]) -> ThreadingHTTPServer:
    """Return a server on the loopback interface, which answers once `serve_forever` is called."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            link = store.find(self.path.partition("?")[0].removeprefix("/"))
            day = today()
            if link is None:
                self._answer(HTTPStatus.NOT_FOUND, UNKNOWN)
            elif link.expired(day):
                self._answer(HTTPStatus.GONE, EXPIRED)
            else:
                store.count(link.name, day)
                self._answer(HTTPStatus.FOUND, "", location=link.address)

        def _answer(self, status: HTTPStatus, text: str, location: str | None = None) -> None:
            body = text.encode()
            self.send_response(status)
            if location is not None:
                self.send_header("Location", location)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing: a log would hold data of visitors."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
