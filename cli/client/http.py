"""The API over HTTP: asks again while it is away, and turns its refusals into one line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Self

import httpx2

from cli.client.address import Address, is_loopback
from cli.client.backoff import Backoff
from cli.client.connection import connect, through_proxy
from cli.exits import ApiError, NoApiError

PREFIX = "/api/v1"
NOT_NOW = {429, 502, 503, 504}
"""Statuses after which the same is asked again."""

SECONDS = 30.0
HICCUP = 10.0
"""Seconds of patience with an API that is there, and has trouble."""

Json = dict[str, Any]


class Client:
    """One API, found anew before each attempt.

    `patience` is for how many seconds a call is tried again while the API is away; one that nobody has met yet is given
    up at once where it is 0. Calls that change something are safe to repeat: each carries what lets the API know it
    again. `trouble` is told why a call is being tried again, and None once one has worked.
    """

    def __init__(
        self, address: Address, patience: float = 0, trouble: Callable[[str | None], None] = lambda _: None
    ) -> None:
        self.address = address
        self.patience = patience
        self.trouble = trouble
        self._met = False
        self._connections: dict[bool, httpx2.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            await connection.aclose()

    async def get(self, path: str, **query: object) -> Json:
        """The answer to a GET, a JSON object.

        Raises:
            ApiError, NoApiError: as all calls of this class do.
        """
        return self._object(await self._call("GET", path, params=_given(query)))

    async def health(self) -> Json:
        """How each component is; the health checks have no prefix."""
        return self._object(await self._call("GET", "/health/detailed", prefix=""))

    async def post(
        self, path: str, body: Json | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Json]:
        """The status and the answer of a POST."""
        response = await self._call("POST", path, json=body, headers=headers)
        return response.status_code, self._object(response)

    async def download(self, path: str) -> bytes:
        """The answer to a GET, as it is."""
        return (await self._call("GET", path)).content

    async def items(self, path: str, **query: object) -> AsyncIterator[Json]:
        """Every item of a list, page by page."""
        cursor: object = None
        while True:
            page = await self.get(path, **query, cursor=cursor)
            for item in page["items"]:
                yield item
            if not (cursor := page.get("next_cursor")):
                return

    async def _call(self, method: str, path: str, prefix: str = PREFIX, **what: Any) -> httpx2.Response:
        backoff, since = Backoff(), time.monotonic()
        while True:
            base, least = self.address(), 0.0
            try:
                response = await self._to(base).request(method, f"{base}{prefix}{path}", **what)
            except httpx2.TransportError as error:
                self._met = self._met or not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
                advice = "; start one with `botarmy up`" if is_loopback(base) else through_proxy()
                reason: ApiError | NoApiError = NoApiError(f"no API at {base}{_why(error)}{advice}")
            except httpx2.HTTPError as error:
                raise NoApiError(f"no API at {base}{_why(error)}") from None
            else:
                self._met = True
                if response.status_code not in NOT_NOW:
                    self.trouble(None)
                    if response.is_error:
                        raise _refusal(response)
                    return response
                reason, least = _refusal(response), _retry_after(response)
            patience = max(self.patience, HICCUP if self._met else 0)
            if time.monotonic() - since + least > patience:
                raise reason
            self.trouble(str(reason))
            await asyncio.sleep(backoff.next(least))

    def _to(self, base: str) -> httpx2.AsyncClient:
        """The client for the API at this URL, made once: a stack that was restarted may have moved, not come near."""
        near = is_loopback(base)
        if near not in self._connections:
            self._connections[near] = connect(base, SECONDS)
        return self._connections[near]

    @staticmethod
    def _object(response: httpx2.Response) -> Json:
        try:
            document = response.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise NoApiError(f"what answers at {response.request.url} is not our API")
        return document


def _given(query: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in query.items() if value is not None}


def _why(error: Exception) -> str:
    return "" if isinstance(error, httpx2.ConnectError) else f" ({str(error) or type(error).__name__})"


def _retry_after(response: httpx2.Response) -> float:
    try:
        return min(float(response.headers.get("Retry-After", 0)), SECONDS)
    except ValueError:
        return 0


def _refusal(response: httpx2.Response) -> ApiError:
    """The problem document of RFC 9457; its detail names the field where one is wrong."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    message = problem.get("detail") or problem.get("title") or response.reason_phrase
    return ApiError(response.status_code, str(message), problem)
