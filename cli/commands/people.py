"""`botarmy people` and `audit`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption
from models.contracts.identity import AccessRole

PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="The name to sign in with, the person's name, the id, or its beginning.")
]
RoleOption = Annotated[
    list[AccessRole] | None, typer.Option("--role", help="What they may do in all projects; may be repeated.")
]


def add_to(app: typer.Typer) -> None:
    people = typer.Typer(help="Who may sign in, for administrators.", no_args_is_help=True)
    people.command("list")(list_people)
    people.command("add")(add_person)
    people.command("password")(set_password)
    people.command("roles")(set_roles)
    people.command("disable")(disable)
    people.command("enable")(enable)
    app.add_typer(people, name="people")
    app.command()(audit)


def list_people(as_json: JsonOption = False, api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """List people and services, also those who are disabled."""
    from cli.commands.runner import run_command
    from cli.commands.show_people import show_people

    run_command(lambda client: show_people(client, as_json=as_json), ApiTarget(api, data_dir))


def add_person(
    name: Annotated[str, typer.Argument(help="The name in the records.")],
    login: Annotated[str | None, typer.Option(help="The name to sign in with; a password is then asked for.")] = None,
    role: RoleOption = None,
    service: Annotated[bool, typer.Option("--service", help="A program, not a person.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add a person. With --login, the password is read from standard input, or asked for."""
    from cli.commands.runner import run_command
    from cli.commands.show_people import add

    kind = "service" if service else "person"
    run_command(lambda client: add(client, name, login, role or [], kind), ApiTarget(api, data_dir))


def set_password(
    person: PersonArgument,
    login: Annotated[str | None, typer.Option(help="The name to sign in with (default: as before).")] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Set a person's password. It is read from standard input, or asked for, and ends the person's sessions."""
    from cli.commands.runner import run_command
    from cli.commands.show_people import change_password

    run_command(lambda client: change_password(client, person, login), ApiTarget(api, data_dir))


def set_roles(
    person: PersonArgument, role: RoleOption = None, api: ApiOption = None, data_dir: DataDirOption = None
) -> None:
    """Replace a person's roles in all projects; without --role, the person has none."""
    from cli.commands.runner import run_command
    from cli.commands.show_people import change

    run_command(lambda client: change(client, person, {"roles": role or []}), ApiTarget(api, data_dir))


def disable(person: PersonArgument, api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """End a person's sessions and tokens, and let them not sign in any more."""
    from cli.commands.runner import run_command
    from cli.commands.show_people import change

    run_command(lambda client: change(client, person, {"is_disabled": True}), ApiTarget(api, data_dir))


def enable(person: PersonArgument, api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """Let a disabled person sign in again."""
    from cli.commands.runner import run_command
    from cli.commands.show_people import change

    run_command(lambda client: change(client, person, {"is_disabled": False}), ApiTarget(api, data_dir))


def audit(
    kind: Annotated[str | None, typer.Option(help="Only events of this kind, such as sign_in_failed.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    as_json: JsonOption = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show who signed in, and who changed people, roles and tokens, for auditors and administrators."""
    from cli.commands.runner import run_command
    from cli.commands.show_people import show_audit

    run_command(lambda client: show_audit(client, kind, limit, as_json=as_json), ApiTarget(api, data_dir))
