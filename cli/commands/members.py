"""`botarmy members`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument
from cli.commands.people import PersonArgument

RoleOption = Annotated[
    list[str], typer.Option("--role", help="viewer, operator, approver or admin, in this project; may be repeated.")
]


def add_to(app: typer.Typer) -> None:
    members = typer.Typer(help="Who has which role in one project, for its administrators.", no_args_is_help=True)
    members.command("list")(list_members)
    members.command("set")(set_member)
    members.command("remove")(remove_member)
    app.add_typer(members, name="members")


def list_members(
    project: ProjectArgument, as_json: JsonOption = False, api: ApiOption = None, data_dir: DataDirOption = None
) -> None:
    """List the members of a project, without people who have a role in all projects."""
    from cli.commands.runner import run_command
    from cli.commands.show_members import show

    run_command(lambda client: show(client, project, as_json=as_json), ApiTarget(api, data_dir))


def set_member(
    project: ProjectArgument,
    person: PersonArgument,
    role: RoleOption,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add a member to a project, or replace a member's roles."""
    from cli.commands.runner import run_command
    from cli.commands.show_members import change

    run_command(lambda client: change(client, project, person, role), ApiTarget(api, data_dir))


def remove_member(
    project: ProjectArgument, person: PersonArgument, api: ApiOption = None, data_dir: DataDirOption = None
) -> None:
    """Remove a member from a project."""
    from cli.commands.runner import run_command
    from cli.commands.show_members import remove

    run_command(lambda client: remove(client, project, person), ApiTarget(api, data_dir))
