"""Rows as the models of their tables."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

Model = TypeVar("Model", bound=SQLModel)


def model_of(model: type[Model], row: Any) -> Model:
    """Return a row, of SQLAlchemy or of the driver, as a model. It may have further columns."""
    return model(**{name: getattr(row, name) for name in model.model_fields})


async def fetch_one(connection: AsyncConnection, model: type[Model], query: Select[Any]) -> Model | None:
    """Return the row of a query that has at most one, or None."""
    row = (await connection.execute(query)).one_or_none()
    return model_of(model, row) if row else None


async def fetch_all(connection: AsyncConnection, model: type[Model], query: Select[Any]) -> list[Model]:
    """Return all rows of a query."""
    return [model_of(model, row) for row in await connection.execute(query)]
