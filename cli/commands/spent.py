"""Reports what a project has spent at the end of `botarmy run` and `watch`."""

from __future__ import annotations

from datetime import UTC, datetime

from cli.client.http import Client
from cli.client.project_view import ProjectView
from cli.client.session import Display
from cli.client.shapes import Event, Project
from cli.client.spending import read_spending
from cli.views.display import print_event


async def read_spent(client: Client, project: Project, view: ProjectView) -> None:
    """Read what a project has spent by its end; one that rehearses spends nothing."""
    if not view.is_rehearsal:
        view.spending = await read_spending(client, project.id)


def report_spent(display: Display, project: Project, view: ProjectView, as_json: bool) -> None:
    """Report what a project has spent, if it asked a model; as JSON, too: a frame `usage`."""
    if view.spending is None:
        return
    display.message(f"Spent: {view.spending.describe()}")
    if as_json:
        data = view.spending.as_json()
        print_event(Event(event_type="usage", project_id=project.id, data=data, timestamp=datetime.now(UTC)))
