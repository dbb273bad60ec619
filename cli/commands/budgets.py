"""`botarmy budgets`, `budget` and `usage`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument


def add_to(app: typer.Typer) -> None:
    app.command()(usage)
    app.command()(budget)
    app.command()(budgets)


def usage(
    project: ProjectArgument, api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False
) -> None:
    """Show what a project has used: tokens, cost and working time, for each role and each round of a step."""
    from cli.commands.runner import run_on
    from cli.commands.show_budgets import show_usage

    run_on(project, lambda client, id_: show_usage(client, id_, as_json), ApiTarget(api, data_dir))


def budget(
    project: ProjectArgument,
    set_to: Annotated[
        str | None,
        typer.Option("--set", metavar="BUDGET", help="Its budget from now on, such as 3usd or 3usd,500ktok; or none."),
    ] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a project's budget, or raise, lower or remove it."""
    from cli.commands.runner import run_on
    from cli.commands.show_budgets import read_budget, show_budget

    given = None if set_to in (None, "none") else read_budget("--set", set_to)
    body = None if set_to is None else {"budget": given}
    run_on(project, lambda client, id_: show_budget(client, id_, body, as_json), ApiTarget(api, data_dir))


def budgets(api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Show what is spent of the day's budget, and of those of all open projects."""
    from cli.commands.runner import run_command
    from cli.commands.show_budgets import show_budgets

    run_command(lambda client: show_budgets(client, as_json), ApiTarget(api, data_dir))
