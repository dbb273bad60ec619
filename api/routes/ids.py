"""Find the whole id of a record."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.dependencies import CallerDep
from api.deps import ServicesDep
from api.openapi.documentation import describe_responses
from api.openapi.examples import PROJECT_ID
from api.shapes.ids import IdMatch, IdMatches
from models.contracts.contract import Text
from store import id_lookup
from store.id_lookup import RecordKind

router = APIRouter(tags=["ids"])

MAX_MATCHES = 10

EXAMPLE = {"items": [{"id": PROJECT_ID, "kind": "project", "label": "URL shortener"}], "has_more": False}


@router.get(
    "/ids", summary="Find records by the beginning of their id", responses=describe_responses(EXAMPLE, 422, 503)
)
async def find_ids(
    services: ServicesDep,
    caller: CallerDep,
    text: Annotated[
        Text, Query(min_length=1, max_length=255, description="The beginning of an id, or the name of a project.")
    ],
    kind: Annotated[tuple[RecordKind, ...], Query(description="May be repeated.")] = tuple(RecordKind),
) -> IdMatches:
    """An id may be written with or without its hyphens, and a name in any case and Unicode form."""
    async with services.store.reading() as connection:
        found = await id_lookup.find(connection, kind, text.strip(), MAX_MATCHES + 1, caller.visible_projects)
    return IdMatches(items=[IdMatch.of(match) for match in found[:MAX_MATCHES]], has_more=len(found) > MAX_MATCHES)
