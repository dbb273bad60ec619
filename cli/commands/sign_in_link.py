"""Links that sign a browser in: good once, for a minute."""

from __future__ import annotations

from cli.client.http import Client
from config.settings import get_settings


async def create_link(client: Client) -> str:
    """Return the URL that signs this person in, under the name by which browsers reach the API."""
    _, link = await client.post("/auth/links")
    public = get_settings().public_url
    return f"{(public[0] if public else client.address()).rstrip('/')}{link['path']}"
