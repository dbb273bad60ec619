"""What every request is shown with, beside its row: its title, and what happens at its deadline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy.ext.asyncio import AsyncConnection

from api.hitl.titles import title_of
from models.contracts.expiry import AtExpiry
from models.tables import HitlRequest
from store import expiry_rules


class RequestView(TypedDict):
    title: str
    at_expiry: AtExpiry


async def request_views(connection: AsyncConnection, requests: Sequence[HitlRequest]) -> list[RequestView]:
    """Return the view of each request, in the same order."""
    at_expiry = await expiry_rules.at_expiry(connection, requests)
    return [RequestView(title=title_of(request), at_expiry=at_expiry[request.id]) for request in requests]
