"""A client of the public API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import orjson

from benchmarks.feed import Asked
from benchmarks.signing_in import authorization

Json = dict[str, Any]


class Client:
    """A client of one API. Any error response raises: the benchmarks send no invalid requests."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def create(self, pipeline: str, brief: str) -> str:
        """Create a project and return its id."""
        project = await self.post("/projects/", {"name": "Benchmark", "description": brief, "pipeline": pipeline})
        return str(project["id"])

    async def approve(self, request: Asked) -> Json:
        body = {"action": "approve", "subject_hash": request.subject}
        return await self.post(f"/hitl/{request.request_id}/respond", body)

    async def get(self, path: str, **query: object) -> Json:
        response = await self._http.get(path, params={name: str(value) for name, value in query.items()})
        return self._read(response)

    async def post(self, path: str, body: Json) -> Json:
        headers = {"Content-Type": "application/json"}
        return self._read(await self._http.post(path, content=orjson.dumps(body), headers=headers))

    def _read(self, response: httpx2.Response) -> Json:
        if response.is_error:
            raise RuntimeError(f"{response.request.method} {response.request.url}: {response.text}")
        document: Json = orjson.loads(response.content)
        return document


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Client]:
    # The API closes connections after 5 idle seconds, possibly just when this client reuses one.
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=2)
    async with httpx2.AsyncClient(
        base_url=f"{url}/api/v1", timeout=60, trust_env=False, limits=limits, headers=authorization()
    ) as http:
        yield Client(http)
