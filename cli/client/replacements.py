"""Open requests that ask again, since somebody replaced what their step had read."""

from __future__ import annotations

from cli.client.http import Client
from cli.client.request_shapes import Replacement, Request
from cli.client.shapes import Artifact
from cli.errors import ApiError

NAMED = 3
"""Replacements that a line names."""

Subjects = dict[str, tuple[str, str | None]]
"""The stages and subjects of open requests, by their ids."""


async def open_subjects(client: Client, project_id: str) -> Subjects:
    """Return what the open requests of a project ask about."""
    path = f"/hitl/project/{project_id}/requests"
    return {
        str(item["request_id"]): (str(item["stage"]), item.get("subject_hash"))
        async for item in client.items(path, status="pending", limit=200)
    }


def ask_again(before: Subjects, after: Subjects) -> str:
    """Return which requests ask about something else now, as a sentence; an empty string if none does."""
    stages = [stage for id, (stage, subject) in after.items() if id in before and before[id][1] != subject]
    if not stages:
        return ""
    return f"The review of {stages[0]} asks again." if len(stages) == 1 else f"Reviews ask again: {', '.join(stages)}."


async def name_replaced(client: Client, request: Request) -> str:
    """Return who replaced what by what since the request was opened, as part of a sentence."""
    last = list({change.artifact_id: change for change in request.replaced}.values())
    named = [await _describe(client, change) for change in last[-NAMED:]]
    more = len(last) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more else "")


async def _describe(client: Client, change: Replacement) -> str:
    """Return what was replaced, by its name, unless that cannot be read any more."""
    try:
        read = await _title(client, change.artifact_id)
        if change.replaced_by is None:
            return f"{change.by} withdrew {read}"
        if change.replaced_by == change.artifact_id:
            return f"{change.by} made {read} the input again"
        return f"{change.by} replaced {read} by {await _title(client, change.replaced_by)}"
    except ApiError:
        return change.words


async def _title(client: Client, artifact_id: str) -> str:
    artifact = Artifact.model_validate(await client.get(f"/artifacts/{artifact_id}"))
    return f"{artifact.name or artifact.type} v{artifact.version}"
