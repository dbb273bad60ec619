"""The end of what a step did with its model, for a person who decides what happens next."""

from __future__ import annotations

from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import TranscriptEntry
from store import transcripts

ENTRIES = 6
LINES = 30
CHARACTERS = 4_000


async def end_of_log(connection: AsyncConnection, task_id: UUID) -> str | None:
    """Return the last lines of a task's conversation, or None if it asked no model."""
    outline = await transcripts.outline(connection, task_id)
    if not outline:
        return None
    last = outline[-1].position
    entries = await transcripts.of_task(connection, task_id, range(max(0, last - ENTRIES + 1), last + 1))
    lines = [line for entry in entries for line in _lines(entry)]
    return "\n".join(lines[-LINES:])[-CHARACTERS:] or None


def _lines(entry: TranscriptEntry) -> list[str]:
    if entry.kind == "prompt":
        return []
    body = orjson.loads(entry.body)
    match entry.kind:
        case "tool_result":
            return [f"{body['tool']}:", *(f"  {line}" for line in str(body["text"]).splitlines())]
        case "remark":
            return str(body["text"]).splitlines()
    parts = body[0]["parts"] if body else []
    texts = [str(part.get("content") or "") for part in parts if part.get("part_kind") == "text"]
    return [line for text in texts for line in text.splitlines()]
