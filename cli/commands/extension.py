"""Extends the deadline of a request."""

from __future__ import annotations

from datetime import datetime

from cli.client import hitl
from cli.client.http import Client
from cli.views.console import print_json, stdout
from cli.views.wording import local_time


async def extend(client: Client, request_id: str, by: str, name: str | None, as_json: bool) -> int:
    """Extend the deadline, and print the new one."""
    status, answer = await hitl.extend(client, request_id, {"extend_by": by, "extended_by": name})
    if as_json:
        print_json(answer)
    elif status == hitl.SUBMITTED:
        stdout().print("Sent; waiting for a worker to apply it.")
    else:
        stdout().print(f"The deadline is {local_time(datetime.fromisoformat(str(answer['expires_at'])))} now.")
    return 0
