"""Pauses, resumes, cancels and retries projects."""

from __future__ import annotations

import uuid

from cli.client.http import Client, Json
from cli.stack.person import person
from cli.views.console import print_json, stdout
from cli.views.printable import plain


async def change(client: Client, project_id: str, change: str, as_json: bool) -> int:
    """Request a pause, a resume or a cancellation."""
    _, accepted = await client.post(f"/projects/{project_id}/{change}")
    if as_json:
        print_json(accepted)
    else:
        stdout().print(plain(f"Requested: {change}. Follow the project with: botarmy watch {project_id}"))
    return 0


async def retry(client: Client, project_id: str, stage: str | None, comment: str | None, as_json: bool) -> int:
    """Retry a project that has ended without a delivery."""
    body: Json = {"from_stage": stage, "comment": comment, "by": person()}
    _, started = await client.post(f"/projects/{project_id}/retry", body, {"Idempotency-Key": str(uuid.uuid4())})
    if as_json:
        print_json(started)
    else:
        stage = started["retry"]["from_stage"]
        stdout().print(plain(f"Retried from {stage}. Follow the project with: botarmy watch {project_id}"))
    return 0
