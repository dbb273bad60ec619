"""Finds out who makes a request: from a bearer token, a cookie, or the single-use ticket of a WebSocket.

A credential that was found is remembered for CACHE_SECONDS, so that most requests cost no statement. One that was not
found is asked for again each time: it may have been created by another process a moment ago.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import HTTPConnection

from api.auth.caller import EVERYBODY, SETTINGS_TOKEN, Caller, administrator
from api.auth.cookies import cookie_name
from api.errors import ForbiddenError, NotSignedInError
from config.settings import Settings
from models.contracts.identity import CodePurpose
from store.identity import credentials, sessions
from store.identity.credentials import Credential
from store.identity.secrets import hash_of
from store.transaction import Store

CACHE_SECONDS = 2.0
MAX_CACHED = 10_000
MAX_TOKEN = 200
"""Characters; ours have 47."""

MARK = "x-botarmy-request"
"""The header of every request of the page. A form cannot send it, and a page of another origin has to ask first."""

BY_PERSON = "person"
"""Its value while somebody uses the page. What an open page requests by itself does not keep its session alive."""

TICKET_PROTOCOL, TICKET_PREFIX = "botarmy", "ticket."
"""The subprotocols that a client with a ticket offers: the one that is accepted, and the one with the ticket."""

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
NOT_VALID = "The session or token is not valid any more."
REMEDY = "Sign in: open the link that `botarmy open` prints, or send a token as `Authorization: Bearer`."


@dataclass(frozen=True, slots=True)
class _Known:
    """A caller of whom the database is not asked again until then. `is_stale` if its next use should be recorded."""

    until: float
    caller: Caller
    is_stale: bool


class Authenticator:
    """Knows the callers of one process."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._cache: dict[bytes, _Known] = {}
        self._turns: WeakValueDictionary[UUID | None, asyncio.Lock] = WeakValueDictionary()
        self._admin: Caller | None = None
        if settings.admin_token is not None:
            self._admin = administrator(settings.admin_name, hash_of(settings.admin_token))

    @property
    def is_open(self) -> bool:
        """Whether nobody signs in."""
        return self._settings.auth == "none"

    async def identify(self, connection: HTTPConnection) -> Caller:
        """Return who makes a request, or opens a WebSocket.

        Raises:
            NotSignedInError: nobody who is known.
            ForbiddenError: a page of another site makes it, in the name of a person who is signed in here.
        """
        if self.is_open:
            return EVERYBODY
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer":
                raise NotSignedInError(REMEDY)
            return await self._require(hash_of(token.strip()[:MAX_TOKEN]))
        if (code := _ticket_of(connection)) is not None:
            return await self._use_ticket(code)
        cookie = connection.cookies.get(cookie_name(connection, self._settings.public_url))
        if cookie is None:
            raise NotSignedInError(REMEDY)
        _refuse_forgery(connection)
        return await self._require(hash_of(cookie[:MAX_TOKEN]), is_use=_is_by_person(connection))

    async def find(self, hashes: Collection[bytes], *, is_use: bool = False) -> dict[bytes, Caller]:
        """Return the callers with these credentials, as they are now, and remember them; those that are no longer valid
        are missing. A session lasts for longer only if this `is_use` of it."""
        found: dict[bytes, Caller] = {}
        stale: set[bytes] = set()
        if self._admin is not None and self._admin.credential is not None:
            found = {one: self._admin for one in hashes if hmac.compare_digest(one, self._admin.credential)}
        if asked := [one for one in hashes if one not in found]:
            async with self._store.reading() as connection:
                known = await credentials.find(connection, asked)
                known = {hashed: one for hashed, one in known.items() if not self._is_orphaned(one)}
                for hashed, credential in known.items():
                    if credential.is_stale and (is_use or not credential.is_session):
                        await credentials.touch(connection, credential)
                    elif credential.is_stale:
                        stale.add(hashed)
            found |= {hashed: Caller.of(credential, hashed) for hashed, credential in known.items()}
        self._remember(hashes, found, stale)
        return found

    async def current(self, connection: AsyncConnection, hashed: bytes) -> Caller | None:
        """Return the caller with a credential as this transaction sees it, or None if it is not valid any more."""
        if self._admin is not None and self._admin.credential == hashed:
            return self._admin
        found = (await credentials.find(connection, [hashed])).get(hashed)
        return None if found is None or self._is_orphaned(found) else Caller.of(found, hashed)

    def _is_orphaned(self, credential: Credential) -> bool:
        """Return whether it was made with a token from the settings that is no longer there."""
        root = next(iter(credential.made_with), b"")
        return root.startswith(SETTINGS_TOKEN) and (self._admin is None or root not in self._admin.makes_with)

    async def refresh(self, caller: Caller) -> Caller | None:
        """Return a caller with its current roles, or None if it is no longer signed in."""
        if caller.credential is None:
            return caller
        self.forget(caller.credential)
        return await self._find(caller.credential)

    def turn_of(self, principal_id: UUID | None) -> asyncio.Lock:
        """Return the lock in which this process creates what a principal is signed in with. The database has another
        one, for all processes; here, a hundred requests of one person wait without a connection."""
        return self._turns.setdefault(principal_id, asyncio.Lock())

    def forget(self, hashed: bytes) -> None:
        """Ask the database at the next request with this credential."""
        self._cache.pop(hashed, None)

    async def _require(self, hashed: bytes, *, is_use: bool = False) -> Caller:
        caller = await self._find(hashed, is_use=is_use)
        if caller is None:
            raise NotSignedInError(f"{NOT_VALID} {REMEDY}")
        return caller

    async def _find(self, hashed: bytes, *, is_use: bool = False) -> Caller | None:
        known = self._cache.get(hashed)
        if known is not None and known.until > time.monotonic() and not (is_use and known.is_stale):
            return known.caller
        return (await self.find([hashed], is_use=is_use)).get(hashed)

    def _remember(self, hashes: Collection[bytes], found: Mapping[bytes, Caller], stale: Collection[bytes]) -> None:
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        until = time.monotonic() + CACHE_SECONDS
        for hashed in hashes:
            if hashed in found:
                self._cache[hashed] = _Known(until, found[hashed], hashed in stale)
            else:
                self.forget(hashed)

    async def _use_ticket(self, code: str) -> Caller:
        async with self._store.reading() as connection:
            used = await sessions.use_code(connection, CodePurpose.TICKET, code[:MAX_TOKEN])
        if used is None or used.credential is None:
            raise NotSignedInError("The ticket has expired or was used.")
        return await self._require(bytes(used.credential))


def _ticket_of(connection: HTTPConnection) -> str | None:
    if connection.scope["type"] != "websocket":
        return None
    offered: list[str] = connection.scope.get("subprotocols", [])
    return next((one.removeprefix(TICKET_PREFIX) for one in offered if one.startswith(TICKET_PREFIX)), None)


def _is_by_person(connection: HTTPConnection) -> bool:
    """Return whether a person asks for this: something that changes, a page that says so, or a link that was followed.
    A socket is opened again by itself."""
    if connection.scope["type"] == "websocket":
        return False
    headers = connection.headers
    is_followed = headers.get("sec-fetch-user") == "?1"
    return connection.scope["method"] not in SAFE_METHODS or headers.get(MARK) == BY_PERSON or is_followed


def _refuse_forgery(connection: HTTPConnection) -> None:
    """Refuse what another site's page may send with this person's cookie. `OriginCheck` has checked the Origin of what
    has one."""
    headers = connection.headers
    if connection.scope["type"] == "websocket":
        if "origin" not in headers:
            raise ForbiddenError("A WebSocket with a cookie needs an Origin.")
    elif connection.scope["method"] not in SAFE_METHODS:
        is_foreign = headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        if is_foreign or MARK not in headers:
            raise ForbiddenError(f"A change with a cookie needs the header {MARK}, and the same origin.")
