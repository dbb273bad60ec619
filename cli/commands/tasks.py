"""`botarmy tasks` and `transcript`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument


def add_to(app: typer.Typer) -> None:
    app.command()(tasks)
    app.command()(transcript)


def tasks(
    project: ProjectArgument, api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False
) -> None:
    """List a project's tasks, oldest first: one for each round of each stage."""
    from cli.commands.runner import run_command
    from cli.commands.show_tasks import list_tasks

    run_command(lambda client: list_tasks(client, str(project), as_json), ApiTarget(api, data_dir))


def transcript(
    task: Annotated[UUID, typer.Argument(metavar="TASK", help="The task's id, as `botarmy tasks PROJECT` lists it.")],
    full: Annotated[bool, typer.Option("--full", help="Do not shorten long texts.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a task's conversation with its model: the prompt, each turn, each tool call, and what it cost."""
    from cli.commands.runner import run_command
    from cli.commands.show_tasks import show_transcript

    run_command(lambda client: show_transcript(client, str(task), full, as_json), ApiTarget(api, data_dir))
