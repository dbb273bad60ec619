"""`botarmy groups`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption
from cli.commands.people import PersonArgument

GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="The name of the group.")]


def add_to(app: typer.Typer) -> None:
    groups = typer.Typer(help="Groups of people and services, for administrators.", no_args_is_help=True)
    groups.command("list")(list_groups)
    groups.command("create")(create_group)
    groups.command("delete")(delete_group)
    groups.command("add")(add_person)
    groups.command("take")(take_person)
    app.add_typer(groups, name="groups")


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


def delete_group(
    group: GroupArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Delete a group, with its roles in projects."""
    from cli.commands.runner import run_command
    from cli.commands.show_groups import delete

    run_command(lambda client: delete(client, group, ask=not yes), ApiTarget(api, data_dir))


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
