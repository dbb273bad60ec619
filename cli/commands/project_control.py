"""Projects, listed and steered."""

from __future__ import annotations

from rich.table import Column, Table

from cli.client.http import Client
from cli.client.shapes import Project
from cli.commands.runner import output, print_json
from cli.views.printable import words

STYLES = {"completed": "green", "waiting": "yellow", "rejected": "red", "failed": "red", "cancelled": "dim"}


async def show(client: Client, status: str | None, as_json: bool) -> int:
    """Print the projects, newest first."""
    items = [item async for item in client.items("/projects/", status=status, limit=200)]
    if as_json:
        print_json({"items": items, "next_cursor": None})
        return 0
    table = Table(Column("project", no_wrap=True, min_width=36), box=None, pad_edge=False)
    for heading in ("name", "status", "stages", "started"):
        table.add_column(heading)
    for project in map(Project.model_validate, items):
        table.add_row(
            words(project.id),
            words(project.name, longest=60),
            words(project.status, STYLES.get(project.status, "cyan")),
            f"{project.progress.done}/{project.progress.total}",
            f"{project.created_at.astimezone():%Y-%m-%d %H:%M}",
        )
    output().print(table if items else "No projects.")
    return 0


async def change(client: Client, project_id: str, change: str, as_json: bool) -> int:
    """Pause, resume or cancel."""
    _, answer = await client.post(f"/projects/{project_id}/{change}")
    if as_json:
        print_json(answer)
    else:
        output().print(words(f"Asked to {change}; `botarmy watch {project_id}` tells when it has come about."))
    return 0
