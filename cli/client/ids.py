"""Whole ids of what people name by the beginning of an id, and projects also by their name."""

from __future__ import annotations

import re

from cli.client.http import Client
from cli.client.shapes import Shape
from cli.errors import UsageError

PROJECT, TASK, ARTIFACT, REQUEST = "project", "task", "artifact", "request"

_WHOLE = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
_LISTED = 5
"""Candidates that a message names."""


class _Match(Shape):
    id: str
    kind: str
    label: str = ""


async def find_id(client: Client, given: str, *kinds: str) -> str:
    """Return the id of the one record of these kinds that is meant.

    Raises:
        UsageError: there is none, or there are several; the message lists them.
    """
    text = given.strip()
    if _WHOLE.fullmatch(text.lower()):
        return text.lower()
    noun = " or ".join(kinds)
    found = await client.get("/ids", text=text, kind=list(kinds)) if text else {"items": []}
    matches = [_Match.model_validate(item) for item in found["items"]]
    if len(matches) == 1:
        return matches[0].id
    if not matches:
        ways = ", the beginning of its id, or its name" if PROJECT in kinds else " or the beginning of its id"
        raise UsageError(f"there is no {noun} {given!r}: give its id{ways}")
    listed = "; ".join(f"{match.id} ({match.label[:60]})" for match in matches[:_LISTED])
    more = " and more" if len(matches) > _LISTED or found.get("has_more") else ""
    raise UsageError(f"{given!r} is ambiguous. It may be the {noun} {listed}{more}")
