"""`botarmy groups` and `members`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument
from cli.commands.people import PersonArgument

GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="The name of the group.")]
MemberOption = Annotated[str | None, typer.Option("--person", help="The person: login, name or id.")]
GroupOption = Annotated[str | None, typer.Option("--group", help="The group, instead of a person.")]


def add_to(app: typer.Typer) -> None:
    groups = typer.Typer(help="Groups of people and services, for administrators.", no_args_is_help=True)
    groups.command("list")(list_groups)
    groups.command("create")(create_group)
    groups.command("remove")(remove_group)
    groups.command("add")(add_person)
    groups.command("take")(take_person)
    app.add_typer(groups, name="groups")
    members = typer.Typer(help="Who has roles in one project.", no_args_is_help=True)
    members.command("list")(list_members)
    members.command("set")(set_member)
    members.command("remove")(remove_member)
    app.add_typer(members, name="members")


def list_groups(as_json: JsonOption = False, api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """List groups, and who belongs to them."""
    from cli.commands.runner import run_command
    from cli.commands.show_groups import show_groups

    run_command(lambda client: show_groups(client, as_json=as_json), ApiTarget(api, data_dir))


def create_group(group: GroupArgument, api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """Create a group."""
    from cli.commands.runner import run_command
    from cli.commands.show_groups import create

    run_command(lambda client: create(client, group), ApiTarget(api, data_dir))


def remove_group(group: GroupArgument, api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """Remove a group, with its roles in projects."""
    from cli.commands.runner import run_command
    from cli.commands.show_groups import remove

    run_command(lambda client: remove(client, group), ApiTarget(api, data_dir))


def add_person(
    group: GroupArgument, person: PersonArgument, api: ApiOption = None, data_dir: DataDirOption = None
) -> None:
    """Add a person or a service to a group."""
    from cli.commands.runner import run_command
    from cli.commands.show_groups import add

    run_command(lambda client: add(client, group, person), ApiTarget(api, data_dir))


def take_person(
    group: GroupArgument, person: PersonArgument, api: ApiOption = None, data_dir: DataDirOption = None
) -> None:
    """Take a person or a service out of a group."""
    from cli.commands.runner import run_command
    from cli.commands.show_groups import take

    run_command(lambda client: take(client, group, person), ApiTarget(api, data_dir))


def list_members(
    project: ProjectArgument, as_json: JsonOption = False, api: ApiOption = None, data_dir: DataDirOption = None
) -> None:
    """List the people, services and groups with roles in a project."""
    from cli.commands.runner import run_on
    from cli.commands.show_groups import show_members

    run_on(project, lambda client, id: show_members(client, id, as_json=as_json), ApiTarget(api, data_dir))


def set_member(
    project: ProjectArgument,
    role: Annotated[list[str], typer.Option("--role", help="viewer, operator, approver or admin; may be repeated.")],
    person: MemberOption = None,
    group: GroupOption = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Give a person or a group roles in a project, instead of those that it has there."""
    from cli.commands.runner import run_on
    from cli.commands.show_groups import set_roles

    run_on(project, lambda client, id: set_roles(client, id, person, group, role), ApiTarget(api, data_dir))


def remove_member(
    project: ProjectArgument,
    person: MemberOption = None,
    group: GroupOption = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take the roles of a person or a group in a project."""
    from cli.commands.runner import run_on
    from cli.commands.show_groups import take_roles

    run_on(project, lambda client, id: take_roles(client, id, person, group), ApiTarget(api, data_dir))
