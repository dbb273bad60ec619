"""Finds out who makes a request: from a bearer token, a cookie, or the single-use ticket of a WebSocket.

A credential that was found is remembered for CACHE_SECONDS, so that most requests cost no statement. One that was not
found is asked for again each time: it may have been created by another process a moment ago.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import HTTPConnection

from api.auth.addresses import address_of
from api.auth.caller import EVERYBODY, SETTINGS_TOKEN, Caller, administrator
from api.auth.cookies import cookie_name
from api.auth.known_secrets import KnownSecrets
from api.auth.request_limits import RequestLimits
from api.errors import ForbiddenError, NotSignedInError, UnavailableError
from config.settings import Settings
from models.contracts.identity import CodePurpose
from store.identity import credentials, sessions
from store.identity.credentials import Credential
from store.identity.secrets import hash_of
from store.transaction import Store

CACHE_SECONDS = 2.0
TURN_SECONDS = 2.0
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


@dataclass(slots=True)
class _Cached:
    """A caller, and whether its person's next request should be recorded as the session's last use."""

    until: float
    caller: Caller
    is_stale: bool


class Authenticator:
    """Knows the callers of one process."""

    def __init__(self, store: Store, settings: Settings, limits: RequestLimits) -> None:
        self._store, self._settings, self._limits = store, settings, limits
        self._cache: dict[bytes, _Cached] = {}
        self.known, self.known_codes = KnownSecrets(), KnownSecrets()  # codes crowd out no tokens and cookies
        self._turns: WeakValueDictionary[UUID | None, asyncio.Lock] = WeakValueDictionary()
        self._admin: Caller | None = None
        if settings.admin_token is not None:
            self._admin = administrator(settings.admin_name, hash_of(settings.admin_token))

    @property
    def is_open(self) -> bool:
        """Whether nobody signs in."""
        return self._settings.auth == "none"

    def is_admin(self, hashed: bytes) -> bool:
        """Return whether this is the hash of the token from the settings."""
        admin = self._admin
        return admin is not None and hmac.compare_digest(hashed, admin.credential or b"")

    async def admit(self, connection: HTTPConnection) -> Caller:
        """Return who makes a request, or opens a WebSocket, and count it: by its address until it is known whose it is,
        and then by whose it is.

        Raises:
            NotSignedInError: nobody who is known.
            ForbiddenError: a page of another site makes it, in the name of a person who is signed in here.
            TooManyRequestsError: there were too many.
        """
        address = address_of(connection)
        try:
            caller = await self._identify(connection)
        except (NotSignedInError, ForbiddenError):
            await self._limits.require_address(address)
            raise
        await self._limits.require(caller, address)
        return caller

    async def _identify(self, connection: HTTPConnection) -> Caller:
        if self.is_open:
            return EVERYBODY
        address, is_use = address_of(connection), _is_by_person(connection)
        if connection.headers.get("authorization"):
            return await self._require(self._require_secret(connection), address, is_use)
        if (code := _ticket_of(connection)) is not None:
            return await self._use_ticket(code[:MAX_TOKEN], address)
        hashed = self._require_secret(connection)
        _refuse_forgery(connection)
        return await self._require(hashed, address, is_use)

    def knows(self, connection: HTTPConnection) -> bool:
        """Return whether a request has a token or a cookie that was genuine when it was last looked up."""
        try:
            hashed = self._require_secret(connection)
        except NotSignedInError:
            return self.is_open
        return self.is_admin(hashed) or hashed in self.known

    def _require_secret(self, connection: HTTPConnection) -> bytes:
        """Return the hash of a request's token or cookie."""
        scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
        if not scheme:
            secret = connection.cookies.get(cookie_name(connection, self._settings.public_url), "")
        if not secret or scheme.lower() not in ("", "bearer"):
            raise NotSignedInError(REMEDY)
        return hash_of(secret.strip()[:MAX_TOKEN])

    async def find(self, hashes: Collection[bytes]) -> dict[bytes, Caller]:
        """Return the callers with these credentials, as they are now, and remember them; those that are no longer valid
        are missing. A token is used by that; a session, which a page also keeps open by itself, is not."""
        found: dict[bytes, _Cached] = {}
        until = time.monotonic() + CACHE_SECONDS
        asked = {one for one in hashes if not self.is_admin(one)}
        if asked:
            async with self._store.reading() as connection:
                known = await credentials.find(connection, asked)
                known = {hashed: one for hashed, one in known.items() if not self._is_orphaned(one)}
                for one in known.values():
                    if one.is_stale and not one.is_session:
                        await credentials.touch(connection, one.id)
            found = {
                hashed: _Cached(until, Caller.of(one, hashed), one.is_stale and one.is_session)
                for hashed, one in known.items()
            }
        self._remember(asked, found)
        callers = {hashed: cached.caller for hashed, cached in found.items()}
        return callers | {one: self._admin for one in hashes if self._admin is not None and one not in asked}

    async def current(self, connection: AsyncConnection, hashed: bytes) -> Caller | None:
        """Return the caller with a credential as this transaction sees it, or None if it is not valid any more."""
        if self.is_admin(hashed):
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
        return (await self.find([caller.credential])).get(caller.credential)

    @asynccontextmanager
    async def turn_of(self, principal_id: UUID | None) -> AsyncIterator[None]:
        """Hold the turn in which this process creates what a principal is signed in with. The database has another one,
        for all processes; here, a hundred requests of one person wait without a connection.

        Raises:
            UnavailableError: others hold it for too long, perhaps because the database does not answer.
        """
        turn = self._turns.setdefault(principal_id, asyncio.Lock())
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await turn.acquire()
        except TimeoutError:
            raise UnavailableError("Other requests of this person take too long. Send this one again.") from None
        try:
            yield
        finally:
            turn.release()

    def forget(self, *hashes: bytes) -> None:
        """Ask the database at the next request with these credentials."""
        for hashed in hashes:
            self._cache.pop(hashed, None)

    async def _require(self, hashed: bytes, address: str | None, is_use: bool) -> Caller:
        if self._admin is not None and self.is_admin(hashed):
            return self._admin
        cached = self._cache.get(hashed)
        if cached is None or cached.until <= time.monotonic():
            if hashed not in self.known:
                await self._limits.require_unknown(address)
            await self.find([hashed])
            cached = self._cache.get(hashed)
        if cached is None:
            raise NotSignedInError(f"{NOT_VALID} {REMEDY}")
        if is_use and cached.is_stale and cached.caller.credential_id is not None:
            cached.is_stale = False
            async with self._store.reading() as connection:
                await credentials.touch(connection, cached.caller.credential_id)
        return cached.caller

    def _remember(self, hashes: Collection[bytes], found: Mapping[bytes, _Cached]) -> None:
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        for hashed in hashes:
            if hashed in found:
                self._cache[hashed] = found[hashed]
                self.known.add(hashed)
            else:
                self.forget(hashed)
                self.known.discard(hashed)

    async def _use_ticket(self, code: str, address: str | None) -> Caller:
        hashed = hash_of(code)
        if hashed not in self.known_codes:
            await self._limits.require_unknown(address)
        self.known_codes.discard(hashed)
        async with self._store.reading() as connection:
            used = await sessions.use_code(connection, CodePurpose.TICKET, code)
        if used is None or used.credential is None:
            raise NotSignedInError("The ticket has expired or was used.")
        return await self._require(bytes(used.credential), address, is_use=False)


def _is_by_person(connection: HTTPConnection) -> bool:
    """Return whether a person asks for this: something that changes, a page that says so, or a link that was followed.
    A socket is opened again by itself."""
    if connection.scope["type"] == "websocket":
        return False
    headers = connection.headers
    is_followed = headers.get("sec-fetch-user") == "?1"
    return connection.scope["method"] not in SAFE_METHODS or headers.get(MARK) == BY_PERSON or is_followed


def _ticket_of(connection: HTTPConnection) -> str | None:
    if connection.scope["type"] != "websocket":
        return None
    offered: list[str] = connection.scope.get("subprotocols", [])
    return next((one.removeprefix(TICKET_PREFIX) for one in offered if one.startswith(TICKET_PREFIX)), None)


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
