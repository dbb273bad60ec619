"""A stack that tests may break: every server and any number of workers and APIs, each a process of its own."""

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
from cli.stack.datadir import DataDir
from cli.stack.postgres import Postgres
from cli.stack.programs import Migrations
from cli.stack.supervisor import Supervisor
from cli.stack.task_group import task_group
from cli.stack.temporal import Temporal
from cli.stack.valkey import Valkey
from config.settings import Settings
from tests.faults import disk
from tests.faults.processes import Api, Worker
from tests.faults.supervised import Supervised, log_of

WORKERS = APIS = 2
QUEUE = "faults"
DISKS = {"postgres": 512, "temporal": 256}
"""Megabytes of the disks that may be made full."""
Row = dict[str, Any]


class House:
    """The servers, and those who live on them. What a test took away, `whole` brings back for the next one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = DataDir(folder)
        self._data.create()
        self._postgres = Postgres(self._data, port=0)
        self._valkey = Valkey(self._data, port=0)
        self._temporal = Temporal(self._data, port=0)
        self.postgres = Supervised(self._data, self._postgres)
        self.redis = Supervised(self._data, self._valkey)
        self.temporal = Supervised(self._data, self._temporal)
        self.workers: list[Supervised] = []
        self.apis: list[Supervised] = []
        self.has_disks = False
        """Whether PostgreSQL and Temporal have disks of their own, in `postgres` and `temporal` of the folder."""
        self._made = 0
        self._unusual: set[Supervised] = set()
        self.engine: Client
        """A client of Temporal."""

    @classmethod
    @asynccontextmanager
    async def opened(cls, folder: Path) -> AsyncIterator[House]:
        """The servers, with the tables made. They end with the block, and with this thread."""
        # The addresses of a developer's own servers are not for these processes.
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(FOREIGN)]:
                patch.delenv(name)
            house = cls(folder)
            disks = [server for server, size in DISKS.items() if disk.mount(folder / server, size)]
            house.has_disks = len(disks) == len(DISKS)
            try:
                async with task_group() as starting:
                    for server in (house.postgres, house.redis, house.temporal):
                        starting.create_task(server.start())
                await Supervisor(house._data).run(Migrations(house._postgres.url))
                house.engine = await Client.connect(house._temporal.address, data_converter=pydantic_data_converter)
                yield house
            finally:
                for one in reversed([house.postgres, house.redis, house.temporal, *house.apis, *house.workers]):
                    await asyncio.shield(one.stop())
                for server in disks:
                    disk.unmount(folder / server)

    async def whole(self) -> None:
        """Have every server and the usual number of workers and APIs, of the usual kind."""
        await asyncio.gather(*(server.start() for server in (self.postgres, self.redis, self.temporal)))
        for kind, number, add in ((self.workers, WORKERS, self.add_worker), (self.apis, APIS, self.add_api)):
            for one in [*kind[number:], *(one for one in kind[:number] if one in self._unusual)]:
                await self.remove(one)
            await asyncio.gather(*(one.start() for one in kind), *(add() for _ in range(number - len(kind))))

    async def add_worker(self, package: str = "worker", **environment: str) -> Supervised:
        """Another worker, or a program that is one, with more in its environment."""
        made = Worker(*self._program("worker", package, environment), self.engine)
        return await self._add(self.workers, Supervised(self._data, made), package != "worker" or bool(environment))

    async def add_api(self, package: str = "api", **environment: str) -> Supervised:
        made = Api(*self._program("api", package, environment))
        return await self._add(self.apis, Supervised(self._data, made), package != "api" or bool(environment))

    async def remove(self, one: Supervised) -> None:
        """Let a worker or an API end for good."""
        await one.stop()
        (self.workers if one in self.workers else self.apis).remove(one)

    @property
    def settings(self) -> Settings:
        """What our processes are told of the house."""
        return Settings(_env_file=None, database_url=self._postgres.url, redis_url=self._valkey.url, task_queue=QUEUE)

    async def rows(self, query: str, *values: object) -> list[Row]:
        """What PostgreSQL answers, asked on a connection of its own."""
        connection = await psycopg.AsyncConnection.connect(
            self._postgres.url, autocommit=True, row_factory=dict_row, connect_timeout=5
        )
        async with connection:
            return await (await connection.execute(query.encode(), values)).fetchall()

    async def execute(self, statement: str, *values: object) -> None:
        """Have PostgreSQL do something that answers nothing."""
        async with await psycopg.AsyncConnection.connect(
            self._postgres.url, autocommit=True, connect_timeout=5
        ) as connection:
            await connection.execute(statement.encode(), values or None)

    def log(self, one: Supervised) -> str:
        """What a worker or an API has said so far."""
        return log_of(self.folder, one)

    @asynccontextmanager
    async def client(self, api: Supervised) -> AsyncIterator[httpx2.AsyncClient]:
        """A client of one API; paths are whole."""
        # The API closes a connection that was idle for 5 s, maybe at the moment in which we would use it again.
        limits = httpx2.Limits(keepalive_expiry=2)
        url = api.component.address
        async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False, limits=limits) as client:
            yield client

    async def health(self, api: Supervised) -> dict[str, str]:
        """The status of each component, as an API sees it."""
        async with self.client(api) as client:
            components = (await client.get("/health/detailed")).json()["components"]
        return {name: one["status"] for name, one in components.items()}

    async def _add(self, kind: list[Supervised], one: Supervised, unusual: bool) -> Supervised:
        kind.append(one)
        if unusual:
            self._unusual.add(one)
        await one.start()
        return one

    def _program(
        self, kind: str, package: str, environment: Mapping[str, str]
    ) -> tuple[str, str, Mapping[str, str], Path]:
        self._made += 1
        found = {
            "DATABASE_URL": self._postgres.url,
            "REDIS_URL": self._valkey.url,
            "TEMPORAL_ADDRESS": self._temporal.address,
            "BOTARMY_TASK_QUEUE": QUEUE,
            "BOTARMY_PIPELINES_DIR": str(PIPELINES),
            "BOTARMY_SWEEP_SECONDS": "1",
            "BOTARMY_LOG_FORMAT": "json",
        }
        return f"{kind}-{self._made}", package, {**found, **environment}, self.folder
