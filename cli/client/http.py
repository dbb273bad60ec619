"""The API over HTTP: retries while it is unavailable, and turns its refusals into one line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Self

import httpx2

from cli.client.address import Address
from cli.client.backoff import Backoff
from cli.errors import ApiError, NoApiError
from config.outbound import OutboundError, http_client, is_loopback, proxy_hint

PREFIX = "/api/v1"
RETRIED = {429, 502, 503, 504}
"""Statuses after which a call is retried."""

NOT_SIGNED_IN = 401

TIMEOUT = 30.0
MIN_PATIENCE = 10.0
"""Seconds for which a call to an API that has answered before is retried."""

Json = dict[str, Any]


class Client:
    """A client of one API, whose address is looked up before each attempt.

    A call is retried for `patience` seconds while the API is unavailable; with 0, an API that has not answered before
    is not retried. Calls that change something can be repeated safely: each carries a key by which the API recognises
    it. `on_retry` is called with the reason of each retry, and with None after a success.
    """

    def __init__(
        self, address: Address, patience: float = 0, on_retry: Callable[[str | None], None] = lambda _: None
    ) -> None:
        self.address = address
        self.patience = patience
        self.on_retry = on_retry
        self._has_answered = False
        self._connections: dict[bool, httpx2.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            await connection.aclose()

    async def get(self, path: str, **query: object) -> Json:
        """Return the JSON object that a GET returns.

        Raises:
            ApiError, NoApiError: as all calls of this class.
        """
        return self._object(await self._call("GET", path, params=_without_none(query)))

    async def health(self) -> Json:
        """Return the health of each component; the health checks have no prefix."""
        return self._object(await self._call("GET", "/health/detailed", prefix=""))

    async def post(
        self, path: str, body: Json | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Json]:
        """Return the status and the JSON object of a POST."""
        response = await self._call("POST", path, json=body, headers=headers)
        return response.status_code, self._object(response)

    async def put(self, path: str, body: Json) -> Json:
        """Return the JSON object of a PUT."""
        return self._object(await self._call("PUT", path, json=body))

    async def patch(self, path: str, body: Json) -> tuple[int, Json]:
        """Return the status and the JSON object of a PATCH."""
        response = await self._call("PATCH", path, json=body)
        return response.status_code, self._object(response)

    async def post_nothing(self, path: str) -> None:
        """Make a POST without a body, which returns nothing."""
        await self._call("POST", path)

    async def delete(self, path: str, **query: object) -> None:
        """Make a DELETE, which returns nothing."""
        await self._call("DELETE", path, params=query)

    async def download(self, path: str) -> bytes:
        """Return the bytes that a GET returns."""
        return (await self._call("GET", path)).content

    async def items(self, path: str, **query: object) -> AsyncIterator[Json]:
        """Yield every item of a list, page by page."""
        cursor: object = None
        while True:
            page = await self.get(path, **query, cursor=cursor)
            for item in page["items"]:
                yield item
            if not (cursor := page.get("next_cursor")):
                return

    async def _call(
        self, method: str, path: str, prefix: str = PREFIX, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        backoff, since = Backoff(), time.monotonic()
        while True:
            base, least = self.address(), 0.0
            try:
                response = await self._connection(base).request(
                    method, f"{base}{prefix}{path}", headers=self._headers(headers), **options
                )
            except httpx2.TransportError as error:
                self._has_answered = self._has_answered or not isinstance(
                    error, httpx2.ConnectError | httpx2.ConnectTimeout
                )
                advice = "; start it with: botarmy up" if is_loopback(base) else proxy_hint()
                reason: ApiError | NoApiError = NoApiError(f"cannot reach BotArmy at {base}{_detail(error)}{advice}")
            except httpx2.HTTPError as error:
                raise NoApiError(f"cannot reach BotArmy at {base}{_detail(error)}") from None
            else:
                self._has_answered = True
                if response.status_code not in RETRIED:
                    self.on_retry(None)
                    if response.is_error:
                        raise _refusal(response)
                    return response
                reason, least = _refusal(response), _retry_after(response)
            patience = max(self.patience, MIN_PATIENCE if self._has_answered else 0)
            if time.monotonic() - since + least > patience:
                raise reason
            self.on_retry(str(reason))
            await asyncio.sleep(backoff.next(least))

    def _headers(self, headers: dict[str, str] | None) -> dict[str, str]:
        return {**self.address.headers(), **(headers or {})}

    def _connection(self, base: str) -> httpx2.AsyncClient:
        """Return the connection pool for the API at this URL: one for this machine, one for others."""
        is_local = is_loopback(base)
        if is_local not in self._connections:
            try:
                self._connections[is_local] = http_client(base, timeout=TIMEOUT)
            except OutboundError as error:
                raise NoApiError(f"cannot reach BotArmy at {base}: {error}") from None
        return self._connections[is_local]

    @staticmethod
    def _object(response: httpx2.Response) -> Json:
        try:
            document = response.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise NoApiError(f"the server at {response.request.url} is not BotArmy")
        return document


def _without_none(query: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in query.items() if value is not None}


def _detail(error: Exception) -> str:
    return "" if isinstance(error, httpx2.ConnectError) else f" ({str(error) or type(error).__name__})"


def _retry_after(response: httpx2.Response) -> float:
    try:
        return min(float(response.headers.get("Retry-After", 0)), TIMEOUT)
    except ValueError:
        return 0


def _refusal(response: httpx2.Response) -> ApiError:
    """Return the error of a problem document (RFC 9457), whose detail names an invalid field."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    message = problem.get("detail") or problem.get("title") or response.reason_phrase
    if response.status_code == NOT_SIGNED_IN:
        message = f"{message} In the terminal: botarmy login"
    return ApiError(response.status_code, str(message), problem)
