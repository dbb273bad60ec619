"""`botarmy replay`."""

from __future__ import annotations

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, TaskArgument


def add_to(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    task: TaskArgument,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a task's step again from its stored messages, and show where it would differ today. No model is asked, and
    nothing is changed.

    A task keeps the prompt that it began with, so a changed prompt makes no difference.

    Exit code 0: the same, 1: it differs, 2: it cannot be replayed, 5: no API.
    """
    from cli.client.ids import TASK
    from cli.commands.replay_task import replay_task
    from cli.commands.runner import run_on

    run_on(task, lambda client, id_: replay_task(client, id_, as_json), ApiTarget(api, data_dir), TASK)
