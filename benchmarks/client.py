"""The public API, as a client calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import orjson

Json = dict[str, Any]


class Client:
    """One API. A refusal is an error: nothing is asked for here that should be refused."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def create(self, pipeline: str, brief: str) -> str:
        """A new project's id."""
        project = await self.post("/projects/", {"name": "Benchmark", "description": brief, "pipeline": pipeline})
        return str(project["id"])

    async def approve(self, request_id: str) -> Json:
        return await self.post(f"/hitl/{request_id}/respond", {"action": "approve"})

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
    # The API closes a connection that was idle for 5 s, maybe at the moment in which we would use it again.
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=2)
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1", timeout=60, trust_env=False, limits=limits) as http:
        yield Client(http)
