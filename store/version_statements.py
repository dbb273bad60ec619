"""Statements that write artifact versions with their contents."""

from __future__ import annotations

from typing import LiteralString

from store import contents

# All versions of a transaction and their contents, in one statement. The contents are written in the order of their
# hashes, so that two writers of the same contents cannot deadlock. The bodies are sent in binary form (%b): in text
# form, a list of bytes is written in hexadecimal and then searched for quotes, which takes 45 ms for a megabyte.
_WRITE: LiteralString = """
given AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(types)s::text[], %(names)s::text[], %(numbers)s::int[],
                         %(media_types)s::text[], %(hashes)s::text[], %(bodies)b::bytea[], %(authors)s::text[],
                         %(origins)s::uuid[], %(tasks)s::uuid[], %(bases)s::uuid[], %(accepted)s::bool[])
        AS g (id, type, name, number, media_type, hash, body, author, origin_id, task_id, based_on, accepted)
    WHERE {when}
), {touched}, stored AS (
    INSERT INTO content (hash, body) SELECT DISTINCT ON (hash) hash, body FROM given
    WHERE (SELECT count(*) FROM touched) >= 0
    ORDER BY hash
    ON CONFLICT DO NOTHING
    RETURNING hash
), written AS (
    INSERT INTO artifact (id, project_id, type, name, version, media_type, size, content_hash, author, origin_id,
                          task_id, based_on, created_at, accepted_at)
    SELECT id, %(project_id)s, type, name, {number}, media_type, octet_length(body), hash, author, origin_id, task_id,
           based_on, clock_timestamp(), CASE WHEN accepted THEN clock_timestamp() END
    FROM given WHERE (SELECT count(*) FROM stored) >= 0
    {on_conflict}
    RETURNING id, version
)
""".replace("{touched}", contents.TOUCHED)

_NEXT: LiteralString = """
(SELECT COALESCE(max(version), 0) + 1 FROM artifact
 WHERE project_id = %(project_id)s AND type = given.type AND name = given.name)
"""

_LEAVE_WRITTEN: LiteralString = "ON CONFLICT (origin_id, type, name) DO NOTHING"

_RETURN: LiteralString = "SELECT id, version FROM written"


def write(when: LiteralString, number: LiteralString = "number", on_conflict: LiteralString = "") -> LiteralString:
    """Return CTEs, of which the last is `written`, that write versions `when` a condition holds. `number` is what to
    number them by; by default, each has its number, and one that another transaction has taken is an IntegrityError, as
    is a version that its origin has written."""
    return _WRITE.replace("{when}", when).replace("{number}", number).replace("{on_conflict}", on_conflict)


ADD: LiteralString = f"WITH {write('true', _NEXT, _LEAVE_WRITTEN)} {_RETURN}"
"""Writes versions with the next number of their type and name. What an origin has written is left as it is."""
