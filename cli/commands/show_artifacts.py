"""Lists artifacts, and shows one."""

from __future__ import annotations

import sys

from rich.table import Column, Table

from cli.client.http import Client
from cli.client.shapes import Artifact
from cli.errors import UsageError
from cli.views import artifact_view
from cli.views.console import print_json, stdout
from cli.views.printable import plain, printable
from config.sizes import format_size


async def list_artifacts(client: Client, project_id: str, type_: str | None, as_json: bool) -> int:
    """Print a project's artifacts, oldest first; accepted ones are ticked."""
    items = [item async for item in client.items(f"/projects/{project_id}/artifacts", type=type_, limit=200)]
    if as_json:
        print_json({"items": items, "next_cursor": None})
        return 0
    table = Table(Column("artifact", no_wrap=True, min_width=36), box=None, pad_edge=False)
    for heading in ("type", "name", "version", "author", "size", "accepted"):
        table.add_column(heading)
    for artifact in map(Artifact.model_validate, items):
        table.add_row(
            plain(artifact.id),
            plain(artifact.type),
            plain("" if artifact.name == artifact.type else artifact.name, max_length=40),
            f"v{artifact.version}",
            plain(artifact.author, max_length=40),
            format_size(artifact.size),
            "✓" if artifact.accepted_at else "",
        )
    stdout().print(table if items else "No artifacts.")
    return 0


async def show(client: Client, artifact_id: str, diff: bool, raw: bool, as_json: bool) -> int:
    """Print one version, or its changes since the previous one."""
    if diff:
        return await _show_diff(client, artifact_id, as_json)
    document = await client.get(f"/artifacts/{artifact_id}")
    artifact = Artifact.model_validate(document)
    if as_json:
        print_json(document)
    elif raw or not sys.stdout.isatty():
        _write(artifact)
    else:
        artifact_view.show(artifact, stdout())
    return 0


async def _show_diff(client: Client, artifact_id: str, as_json: bool) -> int:
    document = await client.get(f"/artifacts/{artifact_id}/diff")
    if as_json:
        print_json(document)
    elif not sys.stdout.isatty():
        sys.stdout.write(str(document["diff"]))
    else:
        stdout().print(artifact_view.diff(str(document["diff"])) if document["diff"] else "No changes.")
    return 0


def _write(artifact: Artifact) -> None:
    """Write the bytes unchanged; to a terminal, write text without control characters."""
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(artifact.bytes)
    elif artifact.is_text:
        print(printable(artifact.content))
    else:
        raise UsageError("the content is binary: redirect it to a file or a program")
