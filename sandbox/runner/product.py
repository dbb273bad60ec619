"""Drives the product from outside: by its command line, as a server, or by a call of one of its functions.

Tests never import the product: it runs in processes of its own, which end with the call that started them.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import session
from .processes import MAX_OUTPUT, Process, truncate_output

if TYPE_CHECKING:
    import http.client

__name__ = "product"  # for its tests, this module is in no package

folder: Path = Path()
"""The product's working directory: for each test a new, empty folder, in which a test may put and find files."""

_SECONDS = 10.0
_SECONDS_TO_STOP = 2.0
_PORTS = range(8001, 9000)


class Result(NamedTuple):
    """The outcome of a command: its exit code, and what it printed to stdout and stderr.

    The code of a command that a signal has killed is minus the signal's number. Each output has at most 1 MB, and says
    if more was left out.
    """

    code: int
    out: str
    err: str


class Response(NamedTuple):
    """A server's answer. The names in `headers` may be given in any case; `body` has at most 1 MB."""

    status: int
    headers: http.client.HTTPMessage
    body: str

    def json(self) -> Any:
        """Return the value of a body in JSON."""
        return json.loads(self.body)


class Raised(Exception):
    """The called function raised an exception of the class named `type` with the text `message`."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(f"{type}: {message}")
        self.type = type
        self.message = message


class Server:
    """A running server. `url` is its address, without a slash at the end, and `port` its port on 127.0.0.1."""

    def __init__(self, port: int, process: Process) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._process = process

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        """Request a path, such as "/links?sort=name"."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Response:
        """Send a body to a path."""
        return self.request("POST", path, body, headers)

    def request(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Response:
        """Make a request. Redirects are not followed.

        `body` is text or bytes; anything else is sent as JSON, with its content type.
        """
        import http.client  # only where a test needs it: it takes 30 ms

        given = dict(headers or {})
        if body is not None and not isinstance(body, str | bytes):
            body = json.dumps(body)
            given.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, given)
            answer = connection.getresponse()
            response = Response(answer.status, answer.headers, truncate_output(answer.read(MAX_OUTPUT + 1)))
        except (OSError, http.client.HTTPException) as error:
            error.add_note(f"{method} {path} got no answer; the server {session.printed(self._process)}")
            raise
        finally:
            connection.close()
        session.history.append(f"{method} {path} was answered with {response.status} {session.short(response.body)}")
        return response


def run(*args: str, stdin: str = "", env: Mapping[str, str] | None = None, timeout: float = 10) -> Result:
    """Run the product's command line, `python -m NAME ARGS`, and return its outcome.

    It runs in `product.folder`. `env` adds environment variables.

    Raises:
        TimeoutError: it did not end within `timeout` seconds.
    """
    arguments = [str(each) for each in args]
    process = _start([*session.command["run"], *arguments], stdin, env)
    shown = session.shown(arguments)
    code = session.end(process, shown, timeout)
    result = Result(code, process.out, process.err)
    session.history.append(f"{shown} ended with code {code} and {session.printed(process)}")
    return result


@contextmanager
def serve(
    *args: str, port: int | None = None, env: Mapping[str, str] | None = None, timeout: float = 10
) -> Iterator[Server]:
    """Run the product as a server for a `with` block, and stop it after that.

    "{port}" in an argument or in a value of `env` becomes a free port on 127.0.0.1. If the product listens on a port
    that no argument can change, give it as `port`.

        with product.serve("serve", "--port", "{port}") as server:
            self.assertEqual(server.get("/").status, 200)

    Raises:
        RuntimeError: it ended, or accepted no connection within `timeout` seconds; what it printed is in the message.
    """
    free = _free_port()
    number = port or free
    filled = [str(each).replace("{port}", str(number)) for each in args]
    variables = {name: value.replace("{port}", str(number)) for name, value in (env or {}).items()}
    shown = session.shown(filled)
    process = _start([*session.command["run"], *filled], "", variables)
    try:
        _wait_for_server(process, shown, number, timeout)
        yield Server(number, process)
        process.terminate(_SECONDS_TO_STOP)
    finally:
        process.kill()


def call(function: str, /, *args: Any, **kwargs: Any) -> Any:
    """Call a function of the product, such as "package.module:function", and return its value.

    Arguments and the value must be JSON: a tuple arrives as a list, keys of a dict arrive as strings.

    Raises:
        Raised: the function raised an exception, or it cannot be imported, or its value is not JSON.
        TimeoutError: it did not return within 10 seconds.
        RuntimeError: its process ended before it returned, or the product is not written in Python.
    """
    if session.command["call"] is None:
        raise RuntimeError(
            f"functions of {session.command['shown']} cannot be called: use product.run or product.serve"
        )
    given = [*(repr(each) for each in args), *(f"{name}={value!r}" for name, value in kwargs.items())]
    shown = f"{function}({', '.join(given)})"
    asked = json.dumps({"function": function, "args": args, "kwargs": kwargs})
    process = _start(session.command["call"], asked, None)
    code = session.end(process, shown, _SECONDS)
    try:
        answer = json.loads(process.out)
    except ValueError:
        raise RuntimeError(
            f"{shown} returned no value: its process ended with code {code} and {session.printed(process)}"
        ) from None
    if "raised" in answer:
        session.history.append(f"{shown} raised {answer['raised']}: {answer['message'][: session.SHOWN]}")
        raise Raised(answer["raised"], answer["message"])
    session.history.append(f"{shown} returned {session.short(answer['value'])}")
    return answer["value"]


def _start(command: list[str], stdin: str, env: Mapping[str, str] | None) -> Process:
    return Process(command, stdin, {**session.command["environment"], **(env or {})}, str(folder))


def _wait_for_server(process: Process, shown: str, port: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while process.code is None and time.monotonic() < deadline:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.01)
    code = process.code
    process.kill()
    why = f"accepted no connection on port {port} within {seconds:g} s" if code is None else f"ended with code {code}"
    raise RuntimeError(f"{shown} {why} and {session.printed(process)}")


def _free_port() -> int:
    """Return the first port that nobody uses: the same in each run, so that outputs can be compared."""
    for port in _PORTS:
        try:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise RuntimeError("this machine cannot give the run a network of its own") from None
        except OSError:
            continue
        return port
    raise RuntimeError("no port is free")
