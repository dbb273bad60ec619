"""Wrong passwords: after five for a login and an address, each further attempt has to wait, twice as long each time.

In PostgreSQL, so that the count is exact over all API processes and survives their restart and that of Redis.
"""

from __future__ import annotations

from math import ceil
from typing import LiteralString

from sqlalchemy.ext.asyncio import AsyncConnection

from store.identity.secrets import hash_of
from store.statement import run

FREE = 5
"""Wrong passwords without a wait."""

FIRST_WAIT, LONGEST_WAIT = 30, 900
"""Seconds."""

_WAIT: LiteralString = """
CASE WHEN known.failures < %(free)s THEN 0
     ELSE least(%(first)s * power(2, least(known.failures - %(free)s, 20)), %(longest)s) END
"""

# An attempt counts as a failure until it turns out to be right, so that a hundred at once do not all pass the check.
_ATTEMPT: LiteralString = """
WITH forgotten AS (
    DELETE FROM sign_in_failure WHERE last_at < clock_timestamp() - interval '1 day'
    AND (login_hash, address) <> (%(login_hash)s, %(address)s)
)
INSERT INTO sign_in_failure AS known (login_hash, address, failures, last_at)
VALUES (%(login_hash)s, %(address)s, 1, clock_timestamp())
ON CONFLICT (login_hash, address) DO UPDATE
SET failures = CASE WHEN known.last_at < clock_timestamp() - interval '1 day' THEN 1 ELSE known.failures + 1 END,
    last_at = clock_timestamp()
WHERE known.last_at + make_interval(secs => {wait}) <= clock_timestamp()
RETURNING failures
""".replace("{wait}", _WAIT)

_LEFT: LiteralString = """
SELECT extract(epoch FROM known.last_at + make_interval(secs => {wait}) - clock_timestamp()) AS seconds
FROM sign_in_failure AS known WHERE login_hash = %(login_hash)s AND address = %(address)s
""".replace("{wait}", _WAIT)

_CLEAR: LiteralString = "DELETE FROM sign_in_failure WHERE login_hash = %(login_hash)s AND address = %(address)s"


async def count_attempt(connection: AsyncConnection, login: str, address: str) -> int:
    """Count an attempt before its password is checked. Return 0, or the seconds that it has to wait: then it does not
    count. Commit before the check."""
    key = {"login_hash": hash_of(login), "address": address}
    waits = {"free": FREE, "first": FIRST_WAIT, "longest": LONGEST_WAIT}
    if await run(connection, _ATTEMPT, **key, **waits):
        return 0
    rows = await run(connection, _LEFT, **key, **waits)
    return max(ceil(rows[0].seconds), 1) if rows else 1


async def clear(connection: AsyncConnection, login: str, address: str) -> None:
    """Forget the failures: the password was right."""
    await run(connection, _CLEAR, login_hash=hash_of(login), address=address)
