"""Our own processes: the migrations, and worker and API, which preload and start once the tables exist."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence

import httpx2
import psutil

from cli.stack.checkout import CHECKOUT, python_path
from cli.stack.component import Component, NotReadyError, require_listening
from cli.stack.ports import free_port

Environment = Mapping[str, str | None]
"""Variables to set, or with None to unset."""


class Program(Component):
    """A Python package, run as `python -m`. It starts once `environment_ready` has the variables to run with."""

    start_seconds = 60.0

    def __init__(self, name: str, environment_ready: asyncio.Future[Environment], package: str) -> None:
        self.name = name
        self._environment_ready, self._package = environment_ready, package

    def command(self) -> Sequence[str]:
        # -P: a folder `api` in the working directory must not shadow ours.
        return [sys.executable, "-P", "-m", "cli.stack.preload", self._package]

    def environment(self) -> Mapping[str, str]:
        return {**python_path(), "PYTHONUNBUFFERED": "1"}

    async def start_token(self) -> bytes | None:
        environment = {**await asyncio.shield(self._environment_ready), **self.own_environment()}
        return json.dumps(environment).encode() + b"\n"

    def own_environment(self) -> Environment:
        """Return the variables that only this program gets."""
        return {}


class Migrations(Component):
    """Migrates the database to the newest revision, and exits."""

    name = "migrations"

    def __init__(self, database: str) -> None:
        self._database = database

    def command(self) -> Sequence[str]:
        return [sys.executable, "-P", "-m", "alembic", "-c", str(CHECKOUT / "alembic.ini"), "upgrade", "head"]

    def environment(self) -> Mapping[str, str]:
        return {**python_path(), "DATABASE_URL": self._database, "DATABASE_URL_FILE": ""}


class SharedPort:
    """A port that all APIs of a stack listen on, beside one of their own each."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._preferred, self._port = host, port, 0

    @property
    def number(self) -> int:
        """The port, chosen when it is first asked for."""
        self._port = self._port or free_port(self._preferred, self._host)
        return self._port


class Api(Program):
    """The API, or one of several. It is ready when every component in its health check is up."""

    def __init__(
        self,
        environment_ready: asyncio.Future[Environment],
        host: str,
        port: int,
        package: str = "api",
        name: str = "api",
        shared: SharedPort | None = None,
        signing_key: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(name, environment_ready, package)
        self._host, self._preferred, self._port, self._shared = host.strip("[]"), port, 0, shared
        self._signing_key = signing_key

    @property
    def url(self) -> str:
        """The URL for clients: the one that all APIs share, if there are several."""
        return self._url(self._shared.number if self._shared else self._port)

    @property
    def address(self) -> str:
        return self._url(self._port)

    async def prepare(self) -> None:
        self._port = self._port or free_port(self._preferred, self._host)

    def own_environment(self) -> Environment:
        shared = {"BOTARMY_SHARED_PORT": str(self._shared.number)} if self._shared else {}
        key = {"BOTARMY_SIGNING_KEY": self._signing_key()} if self._signing_key else {}
        return {"BOTARMY_HOST": self._host, "BOTARMY_PORT": str(self._port), **shared, **key}

    async def check(self, pid: int) -> None:
        process = psutil.Process(pid)
        require_listening(self._port, process, *process.children())
        unhealthy = [name for name, status in (await health(self.address)).items() if status != "ok"]
        if unhealthy:
            raise NotReadyError(f"not healthy: {', '.join(unhealthy)}")

    def choose_another_port(self) -> bool:
        self._port = free_port(host=self._host)
        return True

    def _url(self, port: int) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - not bound here
        return f"http://[{host.replace('%', '%25')}]:{port}" if ":" in host else f"http://{host}:{port}"


class Worker(Program):
    """A Temporal worker. It is ready when the API sees one poll, and drains for `drain_seconds` when stopped.

    Args:
        metrics_port: of its metrics; 0 is none.
    """

    asks_models = True

    def __init__(
        self,
        environment_ready: asyncio.Future[Environment],
        api: Api,
        drain_seconds: float,
        package: str = "worker",
        name: str = "worker",
        metrics_port: int = 0,
    ) -> None:
        super().__init__(name, environment_ready, package)
        self.stop_seconds = drain_seconds + 5
        self._api, self._metrics_port = api, metrics_port

    def own_environment(self) -> Environment:
        return {"BOTARMY_METRICS_PORT": str(self._metrics_port)}

    async def check(self, pid: int) -> None:
        status = (await health(self._api.url)).get("worker")
        if status != "ok":
            raise NotReadyError(f"the API reports it as {status}")


async def health(api: str) -> dict[str, str]:
    """Return the status of each component as reported by the API at this URL.

    Raises:
        httpx2.HTTPError, ValueError, KeyError: it does not answer, or is not our API.
    """
    async with httpx2.AsyncClient(base_url=api, timeout=5, trust_env=False) as client:
        answer = (await client.get("/health/detailed")).json()
    return {name: component["status"] for name, component in answer["components"].items()}
