"""The HTTP service that redirects."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shortlinks.store import Store

UNKNOWN = "Unknown link. Please check how it is spelled.\n"
EXPIRED = "This link has expired. Ask the support team for a new one.\n"


@dataclass(frozen=True)
class Answer:
    """A status with a page, or with the address to go to."""

    status: HTTPStatus
    page: str = ""
    location: str | None = None


def answer(store: Store, target: str, today: date) -> Answer:
    """Answer a request for a path, and count the opening of a link."""
    link = store.find(target.partition("?")[0].removeprefix("/"))
    if link is None:
        return Answer(HTTPStatus.NOT_FOUND, UNKNOWN)
    if link.expired(today):
        return Answer(HTTPStatus.GONE, EXPIRED)
    store.count(link.name, today)
    return Answer(HTTPStatus.FOUND, location=link.address)


def redirect_server(store: Store, port: int, today: Callable[[], date]) -> ThreadingHTTPServer:
    """Return a server on the loopback interface, which answers once `serve_forever` is called."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = answer(store, self.path, today())
            body = given.page.encode()
            self.send_response(given.status)
            if given.location is not None:
                self.send_header("Location", given.location)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing: a log would hold data of visitors."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
