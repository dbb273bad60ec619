"""Sessions and tokens that ended long ago are removed, and links that have expired; old entries of the audit log only
if an operator says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.settings import Settings
from models.contracts.identity import AuthEventKind, CodePurpose, Permission
from store.identity import api_tokens, auth_events, principals, sessions
from store.identity.secrets import hash_of
from store.transaction import Store
from worker import retention
from worker.retention import Retention


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several pages and batches."""
    monkeypatch.setattr(retention, "CREDENTIALS", 2)
    monkeypatch.setattr(retention, "AUDITED", 2)


async def person(store: Store) -> UUID:
    async with store.writing() as connection:
        return await principals.add(connection, "Ada", (), "tests")


async def token(store: Store, owner: UUID, name: str, made_with: tuple[bytes, ...] = ()) -> bytes:
    async with store.writing() as connection:
        _, secret = await api_tokens.create(
            connection, owner, name, [Permission.READ], None, timedelta(days=1), made_with
        )
    return hash_of(secret)


async def session(store: Store, owner: UUID, agent: str, made_with: tuple[bytes, ...] = ()) -> None:
    async with store.writing() as connection:
        await sessions.create(connection, owner, agent, made_with)


async def change(store: Store, statement: str, **values: Any) -> None:
    async with store.writing() as connection:
        await connection.execute(text(statement), values)


async def left(store: Store, owner: UUID) -> set[str]:
    """The names of the tokens and sessions that there are."""
    query = (
        "SELECT name FROM api_token WHERE principal_id = :id UNION SELECT agent FROM session WHERE principal_id = :id"
    )
    async with store.reading() as connection:
        return set(await connection.scalars(text(query), {"id": owner}))


async def sweep_all(store: Store, settings: Settings) -> None:
    """Look at every session and token at least once: there are fewer pages."""
    sweep = Retention(store, settings)
    for _ in range(20):
        await sweep.remove_credentials()


async def test_what_ended_a_month_ago_goes(store: Store, settings: Settings, few: None) -> None:
    owner = await person(store)
    aged = {
        "revoked": "revoked_at = clock_timestamp() - interval '31 days'",
        "expired": "expires_at = clock_timestamp() - interval '31 days'",
        "just revoked": "revoked_at = clock_timestamp() - interval '29 days'",
        "valid": "last_used_at = NULL",
    }
    for name, changes in aged.items():
        await token(store, owner, name)
        await change(store, f"UPDATE api_token SET {changes} WHERE principal_id = :id AND name = :name",
                     id=owner, name=name)  # fmt: skip
    aged = {
        "ended": "ended_at = clock_timestamp() - interval '31 days'",
        "over": "expires_at = clock_timestamp() - interval '31 days'",
        "idle": "last_seen_at = clock_timestamp() - interval '31 days'",
        "just idle": "last_seen_at = clock_timestamp() - interval '30 days'",
        "open": "last_seen_at = clock_timestamp()",
    }
    for name, changes in aged.items():
        await session(store, owner, name)
        await change(store, f"UPDATE session SET {changes} WHERE principal_id = :id AND agent = :name",
                     id=owner, name=name)  # fmt: skip
    await sweep_all(store, settings)
    assert await left(store, owner) == {"just revoked", "valid", "just idle", "open"}


async def test_a_token_stays_while_what_was_made_with_it_is_alive(store: Store, settings: Settings, few: None) -> None:
    owner = await person(store)
    for made in ("token", "session"):
        origin = await token(store, owner, f"of a {made}")
        if made == "token":
            await token(store, owner, made, (origin,))
        else:
            await session(store, owner, made, (origin,))
        long_ago = "revoked_at = clock_timestamp() - interval '1 year'"
        await change(store, f"UPDATE api_token SET {long_ago} WHERE token_hash = :hashed", hashed=origin)
    everything = {"token", "of a token", "session", "of a session"}
    await sweep_all(store, settings)
    assert await left(store, owner) == everything
    await change(store, "UPDATE session SET ended_at = clock_timestamp() WHERE principal_id = :id", id=owner)
    await sweep_all(store, settings)
    assert await left(store, owner) == everything - {"of a session"}
    revoke = "UPDATE api_token SET revoked_at = clock_timestamp() WHERE principal_id = :id AND name = 'token'"
    await change(store, revoke, id=owner)
    await sweep_all(store, settings)
    assert await left(store, owner) == {"token", "session"}


async def test_links_go_once_they_have_expired(store: Store, settings: Settings) -> None:
    owner = await person(store)
    async with store.writing() as connection:
        for lifetime in (timedelta(hours=1), timedelta(hours=-1)):
            await sessions.create_code(connection, CodePurpose.LINK, owner, lifetime=lifetime)
    await Retention(store, settings).remove_credentials()
    async with store.reading() as connection:
        query = text("SELECT expires_at > clock_timestamp() FROM one_time_code WHERE principal_id = :id")
        assert list(await connection.scalars(query, {"id": owner})) == [True]


async def test_the_audit_log_is_kept_unless_an_age_is_set(store: Store, settings: Settings, few: None) -> None:
    actor = f"actor {uuid4()}"
    async with store.writing() as connection:
        for _ in range(5):
            await auth_events.record(connection, AuthEventKind.SIGNED_IN, None, actor, None)
    three = "SELECT id FROM auth_event WHERE actor = :actor ORDER BY id LIMIT 3"
    old = "created_at = clock_timestamp() - interval '91 days'"
    await change(store, f"UPDATE auth_event SET {old} WHERE id IN ({three})", actor=actor)

    async def entries() -> int:
        async with store.reading() as connection:
            query = text("SELECT count(*) FROM auth_event WHERE actor = :actor")
            return int((await connection.execute(query, {"actor": actor})).scalar_one())

    assert await Retention(store, settings).remove_audited() == 0
    assert await entries() == 5
    sweep = Retention(store, settings.model_copy(update={"audit_retention_days": 90.0}))
    assert [await sweep.remove_audited() for _ in range(3)] == [2, 1, 0]
    assert await entries() == 2
