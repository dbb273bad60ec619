"""`botarmy members`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument
from models.contracts.identity import AccessRole


class ProjectRole(StrEnum):
    """The roles that a member of a project may have: `PROJECT_ROLES`, as a choice."""

    VIEWER = AccessRole.VIEWER
    OPERATOR = AccessRole.OPERATOR
    APPROVER = AccessRole.APPROVER
    ADMIN = AccessRole.ADMIN


MemberArgument = Annotated[
    str | None,
    typer.Argument(metavar="[PERSON]", help="The name to sign in with, the person's name, the id, or its beginning."),
]
GroupOption = Annotated[str | None, typer.Option("--group", help="A group, instead of a person.")]
RoleOption = Annotated[
    list[ProjectRole], typer.Option("--role", help="What they may do in this project; may be repeated.")
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
    """List the members of a project and its groups, without those who have a role in all projects."""
    from cli.commands.runner import run_on
    from cli.commands.show_members import show

    run_on(project, lambda client, id: show(client, id, as_json=as_json), ApiTarget(api, data_dir))


def set_member(
    project: ProjectArgument,
    role: RoleOption,
    person: MemberArgument = None,
    group: GroupOption = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Give a person or a group roles in a project, instead of those that it has there."""
    from cli.commands.runner import run_on
    from cli.commands.show_members import set_roles

    run_on(project, lambda client, id: set_roles(client, id, person, group, role), ApiTarget(api, data_dir))


def remove_member(
    project: ProjectArgument,
    person: MemberArgument = None,
    group: GroupOption = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take the roles of a person or a group in a project."""
    from cli.commands.runner import run_on
    from cli.commands.show_members import take_roles

    run_on(project, lambda client, id: take_roles(client, id, person, group), ApiTarget(api, data_dir))
