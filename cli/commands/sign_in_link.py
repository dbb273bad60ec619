"""Links that sign a browser in: good once, for a minute."""

from __future__ import annotations

from cli.client.http import Client


async def create_link(client: Client) -> str:
    """Return the URL that signs this person in."""
    _, link = await client.post("/auth/links")
    return f"{client.address()}{link['path']}"
