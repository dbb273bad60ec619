"""`botarmy replay`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption


def add_to(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    task: Annotated[UUID, typer.Argument(metavar="TASK", help="The task's id.")],
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a task's step again from its stored messages, and show where it would differ today. No model is asked, and
    nothing is changed.

    A task keeps the prompt that it began with, so a changed prompt makes no difference.

    Exit code 0: the same, 1: it differs, 2: it cannot be replayed, 5: no API.
    """
    from cli.commands.replay_task import replay_task
    from cli.commands.runner import run_command

    run_command(lambda client: replay_task(client, str(task), as_json), ApiTarget(api, data_dir))
