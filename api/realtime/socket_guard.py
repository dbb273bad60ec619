"""Closes the sockets of those who are no longer signed in, or may no longer see what they follow.

It asks PostgreSQL, so that it works without Redis, too. While PostgreSQL is unavailable, nothing changes: no revocation
can have been committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import structlog

from api.auth.authenticator import Authenticator
from api.realtime.close_codes import CloseCode
from api.realtime.event_log_reader import UNAVAILABLE
from api.realtime.interfaces import RegisteredSocket
from config.postgres import explain
from models.contracts.identity import Permission

log = structlog.get_logger(__name__)

SECONDS = 2.0


class SocketGuard:
    """Checks all sockets of a process every SECONDS, with one statement."""

    def __init__(self, authenticator: Authenticator, sockets: Collection[RegisteredSocket]) -> None:
        self._authenticator, self._sockets = authenticator, sockets

    async def run(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self.check()
            except UNAVAILABLE as error:
                log.debug("sockets_not_checked", reason=explain(error))

    async def check(self) -> None:
        """Check every socket once."""
        checked = [socket for socket in self._sockets if socket.caller.credential is not None]
        credentials = {socket.caller.credential for socket in checked if socket.caller.credential is not None}
        if not credentials:
            return
        current = await self._authenticator.find(credentials)
        for socket in checked:
            caller = current.get(socket.caller.credential or b"")
            if caller is None:
                socket.close(CloseCode.NOT_SIGNED_IN, "signed out")
                continue
            socket.caller = caller
            if any(not caller.may(Permission.READ, project_id) for project_id in socket.followed):
                socket.close(CloseCode.FORBIDDEN, "a project may not be seen any more")
