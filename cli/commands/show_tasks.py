"""Lists a project's tasks, and shows the conversation of one."""

from __future__ import annotations

from rich.table import Column, Table

from cli.client.http import Client
from cli.client.model_shapes import Transcript
from cli.client.shapes import TaskItem
from cli.views.console import print_json, stdout
from cli.views.printable import plain
from cli.views.transcript_view import TranscriptView
from cli.views.wording import local_time


async def list_tasks(client: Client, project_id: str, as_json: bool) -> int:
    """Print a project's tasks, oldest first, with the ids that `botarmy transcript` takes."""
    items = (await client.get(f"/projects/{project_id}/status"))["tasks"]
    if as_json:
        print_json({"items": items, "next_cursor": None})
        return 0
    table = Table(Column("task", no_wrap=True, min_width=36), box=None, pad_edge=False)
    for heading in ("step", "round", "agent", "status", "started"):
        table.add_column(heading)
    for task in map(TaskItem.model_validate, items):
        table.add_row(
            plain(task.id),
            plain(task.stage, max_length=40),
            str(task.round),
            plain(task.agent_type, max_length=40),
            plain(f"{task.status}, verdict: {task.verdict}" if task.verdict else task.status),
            local_time(task.created_at),
        )
    stdout().print(table if items else "No tasks.")
    return 0


async def show_transcript(client: Client, task_id: str, full: bool, as_json: bool) -> int:
    """Print a task's conversation with its model."""
    document = await client.get(f"/tasks/{task_id}/transcript")
    if as_json:
        print_json(document)
        return 0
    task = TaskItem.model_validate(await client.get(f"/tasks/{task_id}"))
    TranscriptView(stdout(), full).show(task, Transcript.model_validate(document))
    return 0
