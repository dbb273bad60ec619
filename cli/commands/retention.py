"""`botarmy forget` and `keep`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument


def add_to(app: typer.Typer) -> None:
    app.command()(forget)
    app.command()(keep)


def forget(
    project: ProjectArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Remove a project that has ended, for good: its artifacts, transcripts, events and histories.

    What it has spent stays in the budgets of the days.
    """
    from cli.commands.forget_project import forget as implementation
    from cli.commands.runner import run_on

    run_on(project, lambda client, id_: implementation(client, id_, ask=not yes), ApiTarget(api, data_dir))


def keep(
    project: ProjectArgument,
    off: Annotated[bool, typer.Option("--off", help="It may be removed again.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mark a project to be kept: neither `forget` nor BOTARMY_RETENTION_DAYS removes it."""
    from cli.commands.runner import run_on
    from cli.commands.show_projects import edit_project

    target = ApiTarget(api, data_dir)
    run_on(project, lambda client, id_: edit_project(client, id_, {"kept": not off}, as_json), target)
