"""Lists projects, and pauses, resumes and cancels them."""

from __future__ import annotations

from rich.table import Column, Table

from cli.client.http import Client
from cli.client.shapes import Project
from cli.views.console import print_json, stdout
from cli.views.printable import plain
from cli.views.wording import project_style
from models.contracts.budget import BudgetUnit, format_amount


async def list_projects(client: Client, status: str | None, as_json: bool) -> int:
    """Print the projects, newest first."""
    items = [item async for item in client.items("/projects/", status=status, limit=200)]
    if as_json:
        print_json({"items": items, "next_cursor": None})
        return 0
    if not items:
        stdout().print("No projects.")
        return 0
    projects = [Project.model_validate(item) for item in items]
    has_costs = any(project.has_asked_model for project in projects)
    cost = [Column("cost", justify="right")] if has_costs else []
    project_id = Column("project", no_wrap=True, min_width=36)
    table = Table(project_id, "name", "status", "stages", *cost, "started", box=None, pad_edge=False)
    for project in projects:
        spent = format_amount(BudgetUnit.USD, project.spent.usd) if project.has_asked_model else ""
        table.add_row(
            plain(project.id),
            plain(project.name, max_length=60),
            plain(project.status, project_style(project.status)),
            f"{project.progress.done}/{project.progress.total}",
            *([spent] if has_costs else []),
            f"{project.created_at.astimezone():%Y-%m-%d %H:%M}",
        )
    if has_costs:
        total = format_amount(BudgetUnit.USD, sum(project.spent.usd for project in projects))
        table.add_row("total", "", "", "", total, "", style="bold")
    stdout().print(table)
    return 0


async def change(client: Client, project_id: str, change: str, as_json: bool) -> int:
    """Request a pause, a resume or a cancellation."""
    _, accepted = await client.post(f"/projects/{project_id}/{change}")
    if as_json:
        print_json(accepted)
    else:
        stdout().print(plain(f"Requested: {change}. Follow the project with: botarmy watch {project_id}"))
    return 0
