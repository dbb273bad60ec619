"""`botarmy tasks` and `transcript`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument, TaskArgument


def add_to(app: typer.Typer) -> None:
    app.command()(tasks)
    app.command()(transcript)


def tasks(
    project: ProjectArgument, api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False
) -> None:
    """List a project's tasks, oldest first: one for each round of each step."""
    from cli.commands.runner import run_on
    from cli.commands.show_tasks import list_tasks

    run_on(project, lambda client, id_: list_tasks(client, id_, as_json), ApiTarget(api, data_dir))


def transcript(
    task: TaskArgument,
    full: Annotated[bool, typer.Option("--full", help="Do not shorten long texts.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a task's conversation with its model: the prompt, each turn, each tool call, and what it cost."""
    from cli.client.ids import TASK
    from cli.commands.runner import run_on
    from cli.commands.show_tasks import show_transcript

    run_on(task, lambda client, id_: show_transcript(client, id_, full, as_json), ApiTarget(api, data_dir), TASK)
