"""Removing projects over HTTP, and what is left of them."""

from __future__ import annotations

import httpx2
from sqlalchemy import text

from models.tables import metadata
from store.transaction import Store
from tests.api_client import (
    V1,
)


async def rows(store: Store, project_id: str) -> dict[str, int]:
    """How many rows of each table name a project, by any column; tables without one are left out."""
    found = {}
    async with store.reading() as connection:
        for table in metadata.sorted_tables:
            condition = f"strpos({table.name}::text, '{project_id}') > 0"
            if table.name == "transcript":
                condition = f"task_id IN (SELECT id FROM task WHERE project_id = '{project_id}')"
            count = await connection.scalar(text(f"SELECT count(*) FROM {table.name} WHERE {condition}"))
            if count:
                found[table.name] = count
    return found


async def forget(http: httpx2.AsyncClient, project_id: str) -> httpx2.Response:
    return await http.delete(f"{V1}/projects/{project_id}")
