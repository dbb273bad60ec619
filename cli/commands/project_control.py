"""Lists projects, and pauses, resumes and cancels them."""

from __future__ import annotations

from rich.table import Column, Table

from cli.client.http import Client
from cli.client.shapes import Project
from cli.views.console import print_json, stdout
from cli.views.printable import plain
from cli.views.wording import project_style


async def list_projects(client: Client, status: str | None, as_json: bool) -> int:
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
            plain(project.id),
            plain(project.name, max_length=60),
            plain(project.status, project_style(project.status)),
            f"{project.progress.done}/{project.progress.total}",
            f"{project.created_at.astimezone():%Y-%m-%d %H:%M}",
        )
    stdout().print(table if items else "No projects.")
    return 0


async def change(client: Client, project_id: str, change: str, as_json: bool) -> int:
    """Request a pause, a resume or a cancellation."""
    _, accepted = await client.post(f"/projects/{project_id}/{change}")
    if as_json:
        print_json(accepted)
    else:
        stdout().print(plain(f"Requested: {change}. Follow the project with: botarmy watch {project_id}"))
    return 0
