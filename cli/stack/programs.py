"""Our own processes: the migrations, and worker and API, which start early and are let in when the tables are there."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence

import httpx2
import psutil

from cli.stack.checkout import CHECKOUT, python_path
from cli.stack.component import Component, NotReadyError
from cli.stack.ports import free_port

Environment = Mapping[str, str | None]
"""Names to set, or with None to unset."""


class Program(Component):
    """A Python package, run as `python -m`; it begins when `opening`, the environment to run in, has come."""

    start_seconds = 60.0

    def __init__(self, name: str, opening: asyncio.Future[Environment], package: str) -> None:
        self.name = name
        self._opening, self._package = opening, package

    def command(self) -> Sequence[str]:
        # -P: a folder `api` in the directory that people happen to stand in must not be taken for ours.
        return [sys.executable, "-P", "-m", "cli.stack.gate", self._package]

    def environment(self) -> Mapping[str, str]:
        return {**python_path(), "PYTHONUNBUFFERED": "1"}

    async def entrance(self) -> bytes | None:
        environment = {**await asyncio.shield(self._opening), **self.serving()}
        return json.dumps(environment).encode() + b"\n"

    def serving(self) -> Mapping[str, str]:
        """What this program alone finds in its environment."""
        return {}


class Migrations(Component):
    """Brings the database's tables up to date, and ends."""

    name = "migrations"

    def __init__(self, database: str) -> None:
        self._database = database

    def command(self) -> Sequence[str]:
        return [sys.executable, "-P", "-m", "alembic", "-c", str(CHECKOUT / "alembic.ini"), "upgrade", "head"]

    def environment(self) -> Mapping[str, str]:
        return {**python_path(), "DATABASE_URL": self._database, "DATABASE_URL_FILE": ""}


class Api(Program):
    """The API; it serves when every component that its health check knows is well."""

    def __init__(self, opening: asyncio.Future[Environment], host: str, port: int, package: str = "api") -> None:
        super().__init__("api", opening, package)
        self._host, self._preferred, self._port = host.strip("[]"), port, 0

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - not bound here
        return f"http://[{host.replace('%', '%25')}]:{self._port}" if ":" in host else f"http://{host}:{self._port}"

    @property
    def address(self) -> str:
        return self.url

    async def prepare(self) -> None:
        self._port = self._port or free_port(self._preferred, self._host)

    def serving(self) -> Mapping[str, str]:
        return {"BOTARMY_HOST": self._host, "BOTARMY_PORT": str(self._port)}

    async def check(self, pid: int) -> None:
        process = psutil.Process(pid)
        listening = {each.laddr.port for one in (process, *process.children()) for each in one.net_connections("tcp")}
        if self._port not in listening:  # what answers there may be somebody else
            raise NotReadyError("it does not listen")
        unwell = [name for name, status in (await health(self.url)).items() if status != "ok"]
        if unwell:
            raise NotReadyError(f"not well: {', '.join(unwell)}")

    def move(self) -> bool:
        self._port = free_port(host=self._host)
        return True


class Worker(Program):
    """The Temporal worker; it serves when the API sees it poll. It drains for `drain_seconds` when it is stopped."""

    def __init__(
        self, opening: asyncio.Future[Environment], api: Api, drain_seconds: float, package: str = "worker"
    ) -> None:
        super().__init__("worker", opening, package)
        self.stop_seconds = drain_seconds + 5
        self._api = api

    async def check(self, pid: int) -> None:
        status = (await health(self._api.url)).get("worker")
        if status != "ok":
            raise NotReadyError(f"the API says of it: {status}")


async def health(api: str) -> dict[str, str]:
    """The status of each component, as the API at this URL sees it.

    Raises:
        httpx2.HTTPError, ValueError, KeyError: it does not answer, or not as our API does.
    """
    async with httpx2.AsyncClient(base_url=api, timeout=5, trust_env=False) as client:
        answer = (await client.get("/health/detailed")).json()
    return {name: component["status"] for name, component in answer["components"].items()}
