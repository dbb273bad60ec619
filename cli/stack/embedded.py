"""The servers alone, without worker and API: for tests and benchmarks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.stack import leftovers
from cli.stack.datadir import DataDir
from cli.stack.postgres import Postgres
from cli.stack.supervisor import Supervisor
from cli.stack.temporal import Temporal
from cli.stack.together import together
from cli.stack.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    """Where the servers are: `database` and `redis` are URLs, `temporal` is host:port, `pids` is kept up to date."""

    database: str
    redis: str
    temporal: str
    pids: Mapping[str, int]

    def environment(self) -> dict[str, str]:
        """The environment in which our processes find these servers."""
        return {
            "DATABASE_URL": self.database,
            "REDIS_URL": self.redis,
            "TEMPORAL_ADDRESS": self.temporal,
        }


@asynccontextmanager
async def embedded_servers(data_dir: Path) -> AsyncIterator[Servers]:
    """PostgreSQL, Valkey and Temporal on free ports and an empty database `botarmy`, state kept in `data_dir`.

    A server that dies is started again at its address, while the event loop runs. All end with the block, and with the
    thread that entered it: use it in the main thread, and no killed test run leaves a process behind.

    Raises:
        AlreadyRunningError: another process works on `data_dir`.
        ComponentError: a server cannot start.
    """
    data = DataDir(data_dir)
    postgres, valkey, temporal = Postgres(data, port=0), Valkey(data, port=0), Temporal(data, port=0)
    supervisor = Supervisor(data)
    with data.locked():
        try:
            await leftovers.stop_marked(data.path)
            async with together() as starting:
                for server in (postgres, valkey, temporal):
                    starting.create_task(supervisor.start(server))
            yield Servers(postgres.url, valkey.url, temporal.address, supervisor.pids)
        finally:
            await asyncio.shield(supervisor.stop())
