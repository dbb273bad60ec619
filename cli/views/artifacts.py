"""Artifacts, listed and shown."""

from __future__ import annotations

import sys

from rich.table import Column, Table

from cli.client.http import Client
from cli.client.shapes import Artifact
from cli.commands.runner import output, print_json
from cli.exits import UsageError
from cli.views import artifact_view
from cli.views.printable import printable, words
from cli.views.wording import size


async def show_all(client: Client, project_id: str, type_: str | None, as_json: bool) -> int:
    """Print a project's artifacts, oldest first; the accepted ones are ticked."""
    items = [item async for item in client.items(f"/projects/{project_id}/artifacts", type=type_, limit=200)]
    if as_json:
        print_json({"items": items, "next_cursor": None})
        return 0
    table = Table(Column("artifact", no_wrap=True, min_width=36), box=None, pad_edge=False)
    for heading in ("type", "name", "version", "author", "size", "accepted"):
        table.add_column(heading)
    for one in map(Artifact.model_validate, items):
        accepted = "✓" if one.accepted_at else ""
        name = "" if one.name == one.type else one.name
        table.add_row(
            words(one.id),
            words(one.type),
            words(name, longest=40),
            f"v{one.version}",
            words(one.author, longest=40),
            size(one.size),
            accepted,
        )
    output().print(table if items else "No artifacts.")
    return 0


async def show(client: Client, artifact_id: str, diff: bool, raw: bool, as_json: bool) -> int:
    """Print one version, or what changed in it."""
    if diff:
        return await _show_diff(client, artifact_id, as_json)
    answer = await client.get(f"/artifacts/{artifact_id}")
    artifact = Artifact.model_validate(answer)
    if as_json:
        print_json(answer)
    elif raw or not sys.stdout.isatty():
        _write(artifact)
    else:
        artifact_view.show(artifact, output())
    return 0


async def _show_diff(client: Client, artifact_id: str, as_json: bool) -> int:
    answer = await client.get(f"/artifacts/{artifact_id}/diff")
    if as_json:
        print_json(answer)
    elif not sys.stdout.isatty():
        sys.stdout.write(str(answer["diff"]))
    else:
        output().print(artifact_view.diff(str(answer["diff"])) if answer["diff"] else "Nothing changed.")
    return 0


def _write(artifact: Artifact) -> None:
    """The bytes as they are; but a terminal gets text, and nothing that steers it."""
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(artifact.bytes)
    elif artifact.is_text:
        print(printable(artifact.content))
    else:
        raise UsageError("it is not text: send it to a file or a program, not to the terminal")
