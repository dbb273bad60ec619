"""Lists projects, and changes what people may change of one at any time."""

from __future__ import annotations

from rich.table import Column, Table

from cli.client.http import Client, Json
from cli.client.shapes import Project
from cli.stack.person import person
from cli.views.console import print_json, stdout
from cli.views.printable import plain
from cli.views.wording import project_style
from models.contracts.budget import BudgetUnit, format_amount


async def list_projects(client: Client, query: Json, as_json: bool) -> int:
    """Print the projects that the query of the API selects, in its order."""
    items = [item async for item in client.items("/projects/", **query, limit=200)]
    if as_json:
        print_json({"items": items, "next_cursor": None})
        return 0
    if not items:
        stdout().print("No projects.")
        return 0
    projects = [Project.model_validate(item) for item in items]
    has_costs = any(project.has_asked_model for project in projects)
    cost = [Column("cost", justify="right")] if has_costs else []
    owners = any(project.owner for project in projects)
    tags = any(project.tags for project in projects)
    project_id = Column("project", no_wrap=True, min_width=36)
    further = [heading for heading, shown in (("owner", owners), ("tags", tags)) if shown]
    table = Table(project_id, "name", "status", "steps", *cost, "started", *further, box=None, pad_edge=False)
    for project in projects:
        spent = format_amount(BudgetUnit.USD, project.spent.usd) if project.has_asked_model else ""
        table.add_row(
            plain(project.id),
            plain(project.name, max_length=60),
            plain(_status(project), project_style(project.status)),
            f"{project.progress.done}/{project.progress.total}",
            *([spent] if has_costs else []),
            f"{project.created_at.astimezone():%Y-%m-%d %H:%M}",
            *([plain(project.owner or "", max_length=30)] if owners else []),
            *([plain(", ".join(project.tags), max_length=60)] if tags else []),
        )
    if has_costs:
        total = format_amount(BudgetUnit.USD, sum(project.spent.usd for project in projects))
        table.add_row("total", "", "", "", total, style="bold")
    stdout().print(table)
    return 0


def _status(project: Project) -> str:
    marks = ("archived" if project.archived_at else "", "kept" if project.kept_at else "")
    return ", ".join(filter(None, (project.status, *marks)))


async def edit_project(client: Client, project_id: str, changes: Json, as_json: bool) -> int:
    """Change a project, and print what it is now."""
    _, document = await client.patch(f"/projects/{project_id}", {**changes, "by": person()})
    if as_json:
        print_json(document)
        return 0
    project = Project.model_validate(document)
    details = [
        f"owner {project.owner}" if project.owner else "",
        f"tags {', '.join(project.tags)}" if project.tags else "",
    ]
    shown = ", ".join(filter(None, (_status(project), *details)))
    stdout().print(plain(f"{project.name} ({project.id}): {shown}"))
    return 0
