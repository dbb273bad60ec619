"""The HTTP service: paths, methods and answers."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deskbook.bookings import Bookings, ConflictError, FieldError, check_day

_BOOKING = re.compile(r"/bookings/([^/]+)")


class HTTPError(Exception):
    """An answer with a status from 400 on."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def booking_server(bookings: Bookings, port: int) -> ThreadingHTTPServer:
    """Return a server on the loopback interface, which answers once `serve_forever` is called."""

    class Handler(_Handler):
        service = Service(bookings)

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


class Answer:
    """A status, a JSON value (None: no body) and perhaps a location."""

    def __init__(self, status: HTTPStatus, content: Any = None, location: str | None = None) -> None:
        self.status = status
        self.content = content
        self.location = location


class Service:
    """Answers requests; it knows nothing of sockets."""

    def __init__(self, bookings: Bookings) -> None:
        self._bookings = bookings

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        """Answer a request, whatever is wrong with it."""
        try:
            return self._route(method, target, body)
        except FieldError as error:
            return Answer(HTTPStatus.BAD_REQUEST, {"error": str(error), "field": error.field})
        except ConflictError as error:
            return Answer(HTTPStatus.CONFLICT, {"error": str(error), "booking": asdict(error.booking)})
        except HTTPError as error:
            return Answer(error.status, {"error": str(error)})

    def _route(self, method: str, target: str, body: bytes) -> Answer:
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        methods: dict[str, Callable[[], Answer]]
        match parts.path:
            case "/desks":
                methods = {"GET": lambda: Answer(HTTPStatus.OK, {"desks": self._bookings.desks})}
            case "/free":
                methods = {"GET": lambda: self._free(query)}
            case "/bookings":
                methods = {"GET": lambda: self._list(query), "POST": lambda: self._book(body)}
            case path if match := _BOOKING.fullmatch(path):
                id = int(match[1]) if match[1].isascii() and match[1].isdigit() else 0
                methods = {"GET": lambda: self._get(id), "DELETE": lambda: self._cancel(id)}
            case path:
                raise HTTPError(HTTPStatus.NOT_FOUND, f"There is nothing at {path}.")
        if method not in methods:
            raise HTTPError(HTTPStatus.METHOD_NOT_ALLOWED, f"{parts.path} allows {' and '.join(methods)}.")
        return methods[method]()

    def _free(self, query: dict[str, str]) -> Answer:
        day = check_day(query.get("day"))
        return Answer(HTTPStatus.OK, {"day": day, "desks": self._bookings.free(day)})

    def _list(self, query: dict[str, str]) -> Answer:
        day = check_day(query["day"]) if "day" in query else None
        found = self._bookings.find(day, query.get("person"))
        return Answer(HTTPStatus.OK, {"bookings": [asdict(each) for each in found]})

    def _book(self, body: bytes) -> Answer:
        try:
            fields = json.loads(body)
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            raise HTTPError(HTTPStatus.BAD_REQUEST, "The body is not a JSON object.")
        booking = self._bookings.book(fields)
        return Answer(HTTPStatus.CREATED, asdict(booking), location=f"/bookings/{booking.id}")

    def _get(self, id: int) -> Answer:
        booking = self._bookings.get(id)
        if booking is None:
            raise HTTPError(HTTPStatus.NOT_FOUND, "There is no such booking.")
        return Answer(HTTPStatus.OK, asdict(booking))

    def _cancel(self, id: int) -> Answer:
        if not self._bookings.cancel(id):
            raise HTTPError(HTTPStatus.NOT_FOUND, "There is no such booking.")
        return Answer(HTTPStatus.NO_CONTENT)


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.service.answer(self.command, self.path, body)
        content = b"" if answer.content is None else json.dumps(answer.content, ensure_ascii=False).encode()
        self.send_response(answer.status)
        if answer.location is not None:
            self.send_header("Location", answer.location)
        if content:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = _respond  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""
