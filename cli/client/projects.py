"""Creating projects."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping

from artifacts import zips
from cli.client.http import Client, Json
from cli.client.shapes import Project
from models.contracts.roles import MediaType


async def create(client: Client, body: Json) -> Project:
    """Create a project and return it with its pipeline. All attempts share one key, so it is created once.

    Raises:
        ApiError, NoApiError: as all calls of the client.
    """
    _, created = await client.post("/projects/", body, {"Idempotency-Key": str(uuid.uuid4())})
    return Project.model_validate(await client.get(f"/projects/{created['id']}"))


def source_body(files: Mapping[str, str]) -> dict[str, str]:
    """Return the `source` of a new project: a zip of the text files."""
    packed = base64.b64encode(zips.pack(files)).decode()
    return {"content": packed, "encoding": "base64", "media_type": MediaType.ZIP.value}
