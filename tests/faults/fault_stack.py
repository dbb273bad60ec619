"""A stack that tests may break: every server, and any number of workers and APIs, as separate processes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg.rows import dict_row
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from benchmarks.stack import FOREIGN, PIPELINES
from cli.stack.component import Component
from cli.stack.datadir import DataDir
from cli.stack.postgres import Postgres
from cli.stack.processes import Migrations
from cli.stack.supervisor import Supervisor
from cli.stack.task_group import task_group
from cli.stack.temporal import Temporal
from cli.stack.valkey import Valkey
from config.settings import Settings
from tests.faults import disk
from tests.faults.processes import Api, Worker
from tests.faults.supervised_process import SupervisedProcess, log_of
from tests.signing import register_key
from tests.signing_in import ADMIN_NAME, ADMIN_TOKEN, ENVIRONMENT, signed_in

WORKERS = APIS = 2
QUEUE = "faults"
MODELS = ("openai:scripted-1", "anthropic:scripted-2")
"""Each with a name of its own, by which the faults of a script find its calls."""
DISKS = {"postgres": 512, "temporal": 256}
"""Megabytes of the disks that tests may fill."""
Row = dict[str, Any]


class FaultStack:
    """The servers, workers and APIs. `restore` brings back what a test stopped or removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = DataDir(folder)
        self._data.create()
        self._postgres = Postgres(self._data, port=0)
        self._valkey = Valkey(self._data, port=0)
        self._temporal = Temporal(self._data, port=0)
        self.postgres = SupervisedProcess(self._data, self._postgres)
        self.redis = SupervisedProcess(self._data, self._valkey)
        self.temporal = SupervisedProcess(self._data, self._temporal)
        self.workers: list[SupervisedProcess] = []
        self.apis: list[SupervisedProcess] = []
        self.has_disks = False
        """Whether PostgreSQL and Temporal have disks of their own, in the folders `postgres` and `temporal`."""
        self._started = 0
        self._modified: set[SupervisedProcess] = set()
        self.temporal_client: Client

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path) -> AsyncIterator[FaultStack]:
        """Start the servers and migrate the database. They end with the block, and with this thread."""
        # These processes must not use the addresses of a developer's servers.
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(FOREIGN)]:
                patch.delenv(name)
            patch.setenv("BOTARMY_TOKEN", ADMIN_TOKEN)
            stack = cls(folder)
            disks = [name for name, size in DISKS.items() if disk.mount(folder / name, size)]
            stack.has_disks = len(disks) == len(DISKS)
            try:
                async with task_group() as starting:
                    for server in (stack.postgres, stack.redis, stack.temporal):
                        starting.create_task(server.start())
                await Supervisor(stack._data).run(Migrations(stack._postgres.url))
                await register_key(stack._postgres.url)
                stack.temporal_client = await Client.connect(
                    stack._temporal.address, data_converter=pydantic_data_converter
                )
                yield stack
            finally:
                for each in reversed([stack.postgres, stack.redis, stack.temporal, *stack.apis, *stack.workers]):
                    await asyncio.shield(each.stop())
                for name in disks:
                    disk.unmount(folder / name)

    async def restore(self) -> None:
        """Start every server that is stopped, and restore the usual number of unmodified workers and APIs."""
        await asyncio.gather(*(server.start() for server in (self.postgres, self.redis, self.temporal)))
        for kind, number, add in ((self.workers, WORKERS, self.add_worker), (self.apis, APIS, self.add_api)):
            for each in [*kind[number:], *(each for each in kind[:number] if each in self._modified)]:
                await self.remove(each)
            await asyncio.gather(*(each.start() for each in kind), *(add() for _ in range(number - len(kind))))

    async def add_worker(self, package: str = "worker", **environment: str) -> SupervisedProcess:
        """Start another worker, or a test program that is one, with additional environment variables."""
        worker = Worker(*self._program("worker", package, environment), self.temporal_client)
        return await self._add(self.workers, worker, modified=package != "worker" or bool(environment))

    async def add_api(self, package: str = "api", **environment: str) -> SupervisedProcess:
        api = Api(*self._program("api", package, environment))
        return await self._add(self.apis, api, modified=package != "api" or bool(environment))

    async def remove(self, process: SupervisedProcess) -> None:
        """Stop a worker or an API for good."""
        await process.stop()
        (self.workers if process in self.workers else self.apis).remove(process)

    @property
    def settings(self) -> Settings:
        """Settings with which this process can use the stack."""
        return Settings(
            _env_file=None,
            database_url=self._postgres.url,
            redis_url=self._valkey.url,
            task_queue=QUEUE,
            admin_token=ADMIN_TOKEN,
            admin_name=ADMIN_NAME,
        )

    async def rows(self, query: str, *values: object) -> list[Row]:
        """Run a query on a connection of its own."""
        connection = await psycopg.AsyncConnection.connect(
            self._postgres.url, autocommit=True, row_factory=dict_row, connect_timeout=5
        )
        async with connection:
            return await (await connection.execute(query.encode(), values)).fetchall()

    async def execute(self, statement: str, *values: object) -> None:
        """Run a statement that returns no rows."""
        async with await psycopg.AsyncConnection.connect(
            self._postgres.url, autocommit=True, connect_timeout=5
        ) as connection:
            await connection.execute(statement.encode(), values or None)

    def log(self, process: SupervisedProcess) -> str:
        """Return the log of a worker or an API."""
        return log_of(self.folder, process)

    @asynccontextmanager
    async def client(self, api: SupervisedProcess) -> AsyncIterator[httpx2.AsyncClient]:
        """Return a client of one API, for full paths."""
        url = api.component.address
        async with signed_in(url) as client:
            yield client

    async def health(self, api: SupervisedProcess) -> dict[str, str]:
        """Return the status of each component, as an API sees it."""
        async with self.client(api) as client:
            components = (await client.get("/health/detailed")).json()["components"]
        return {name: component["status"] for name, component in components.items()}

    async def _add(self, kind: list[SupervisedProcess], component: Component, *, modified: bool) -> SupervisedProcess:
        process = SupervisedProcess(self._data, component)
        kind.append(process)
        if modified:
            self._modified.add(process)
        await process.start()
        return process

    def _program(
        self, kind: str, package: str, environment: Mapping[str, str]
    ) -> tuple[str, str, Mapping[str, str], Path]:
        self._started += 1
        defaults = {
            "DATABASE_URL": self._postgres.url,
            "REDIS_URL": self._valkey.url,
            "TEMPORAL_ADDRESS": self._temporal.address,
            "BOTARMY_TASK_QUEUE": QUEUE,
            "BOTARMY_PIPELINES_DIR": str(PIPELINES),
            "BOTARMY_SWEEP_SECONDS": "1",
            "BOTARMY_WORKER_DRAIN_SECONDS": "10",
            "BOTARMY_LOG_FORMAT": "json",
            **ENVIRONMENT,
            "BOTARMY_MODEL_PRICES": ",".join(f"{model}=1/2" for model in MODELS),
        }
        return f"{kind}-{self._started}", package, {**defaults, **environment}, self.folder
