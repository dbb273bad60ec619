"""`botarmy open`, `login`, `logout`, `whoami` and `token`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption
from models.contracts.identity import Permission

ScopeOption = Annotated[
    list[Permission] | None, typer.Option("--scope", help="What it may be used for; may be repeated (default: all).")
]


def add_to(app: typer.Typer) -> None:
    app.command("open")(open_page)
    app.command()(login)
    app.command()(logout)
    app.command()(whoami)
    token = typer.Typer(help="API tokens, for programs.", no_args_is_help=True)
    token.command("create")(create_token)
    token.command("list")(list_tokens)
    token.command("revoke")(revoke_token)
    app.add_typer(token, name="token")


def open_page(
    show: Annotated[bool, typer.Option("--print", help="Only print the link.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Open the page, signed in. The link is good once, for a minute."""
    from cli.commands.runner import run_command
    from cli.commands.show_sign_in import open_link

    run_command(lambda client: open_link(client, show=show), ApiTarget(api, data_dir))


def login(api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """Save a token for an API. It is read from standard input, or asked for."""
    from cli.commands.runner import run_command
    from cli.commands.show_sign_in import save_login

    run_command(save_login, ApiTarget(api, data_dir))


def logout(api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """Forget the token that `login` has saved, and revoke it."""
    from cli.commands.runner import run_command
    from cli.commands.show_sign_in import forget_login

    run_command(forget_login, ApiTarget(api, data_dir))


def whoami(as_json: JsonOption = False, api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """Show who is signed in, and what they may do."""
    from cli.commands.runner import run_command
    from cli.commands.show_sign_in import show_me

    run_command(lambda client: show_me(client, as_json=as_json), ApiTarget(api, data_dir))


def create_token(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: ScopeOption = None,
    project: Annotated[str | None, typer.Option(help="The only project that it may use.")] = None,
    expires_in: Annotated[str, typer.Option(help="How long it is valid: 90d, at most 365d.")] = "90d",
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Create a token and print it. It is not shown again."""
    from cli.commands.runner import run_command
    from cli.commands.show_sign_in import print_new_token

    run_command(lambda client: print_new_token(client, name, scope, project, expires_in), ApiTarget(api, data_dir))


def list_tokens(as_json: JsonOption = False, api: ApiOption = None, data_dir: DataDirOption = None) -> None:
    """List your tokens, without their secrets."""
    from cli.commands.runner import run_command
    from cli.commands.show_sign_in import show_tokens

    run_command(lambda client: show_tokens(client, as_json=as_json), ApiTarget(api, data_dir))


def revoke_token(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Its id, as `botarmy token list` shows it.")],
    api: ApiOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Revoke a token."""
    from cli.commands.runner import run_command
    from cli.commands.show_sign_in import revoke

    run_command(lambda client: revoke(client, token), ApiTarget(api, data_dir))
