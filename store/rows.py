"""Rows as the models of their tables."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

Model = TypeVar("Model", bound=SQLModel)


async def fetch_one(connection: AsyncConnection, model: type[Model], query: Select[Any]) -> Model | None:
    """Return the row of a query that has at most one, or None."""
    row = (await connection.execute(query)).one_or_none()
    return model(**row._mapping) if row else None


async def fetch_all(connection: AsyncConnection, model: type[Model], query: Select[Any]) -> list[Model]:
    """Return all rows of a query."""
    return [model(**row._mapping) for row in await connection.execute(query)]
