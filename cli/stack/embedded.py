"""The embedded servers without worker and API, for tests and benchmarks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.stack import orphans
from cli.stack.datadir import DataDir
from cli.stack.postgres import Postgres
from cli.stack.supervisor import Supervisor
from cli.stack.task_group import task_group
from cli.stack.temporal import Temporal
from cli.stack.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    """Addresses and pids. `database` and `redis` are URLs, `temporal` is host:port; `pids` is kept up to date."""

    database: str
    redis: str
    temporal: str
    pids: Mapping[str, int]

    def environment(self) -> dict[str, str]:
        """Return the environment variables that point our processes at these servers."""
        return {
            "DATABASE_URL": self.database,
            "REDIS_URL": self.redis,
            "TEMPORAL_ADDRESS": self.temporal,
        }


@asynccontextmanager
async def embedded_servers(data_dir: Path) -> AsyncIterator[Servers]:
    """Run PostgreSQL, Valkey and Temporal on free ports with an empty database `botarmy`; state is kept in `data_dir`.

    While the event loop runs, a server that dies is restarted at its address. All servers stop at the end of the block,
    and when the thread that entered it ends: used in the main thread, a killed test run leaves no process behind.

    Raises:
        AlreadyRunningError: another process holds `data_dir`.
        ComponentError: a server cannot start.
    """
    data = DataDir(data_dir)
    postgres, valkey, temporal = Postgres(data, port=0), Valkey(data, port=0), Temporal(data, port=0)
    supervisor = Supervisor(data)
    with data.locked():
        try:
            await orphans.stop_orphans(data.path)
            async with task_group() as starting:
                for server in (postgres, valkey, temporal):
                    starting.create_task(supervisor.start(server))
            yield Servers(postgres.url, valkey.url, temporal.address, supervisor.pids)
        finally:
            await asyncio.shield(supervisor.stop())
