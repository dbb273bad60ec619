"""`botarmy inbox` and `respond`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption
from models.contracts.enums import HitlAction


def add_to(app: typer.Typer) -> None:
    app.command()(inbox)
    app.command()(respond)


def inbox(
    watch: Annotated[bool, typer.Option("--watch", help="Keep running, and show new requests.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; with --watch, one line per request.")] = False,
) -> None:
    """List the requests that wait for a decision, oldest first; on a terminal, decide on them."""
    from cli.commands.inbox import show
    from cli.commands.runner import run_command

    run_command(lambda client: show(client, watch, as_json), ApiTarget(api, data_dir))


def respond(
    request: Annotated[UUID, typer.Argument(metavar="REQUEST", help="The request's id.")],
    action: Annotated[HitlAction, typer.Argument(help="Your decision.")],
    comment: Annotated[str | None, typer.Option(help="The reason, or what should change.")] = None,
    content_file: Annotated[
        Path | None, typer.Option(help="A file whose content replaces the artifact's; - for stdin.")
    ] = None,
    artifact: Annotated[
        UUID | None, typer.Option(help="The artifact to respond to (default: the request's first).")
    ] = None,
    redo: Annotated[
        str | None, typer.Option(metavar="STAGE", help="With amend and a comment: the earlier stage to repeat.")
    ] = None,
    raise_by: Annotated[
        str | None,
        typer.Option(metavar="BUDGET", help="With approve, if a budget is exhausted: raise it, such as by 2usd."),
    ] = None,
    raise_from: Annotated[
        str | None,
        typer.Option(metavar="BUDGET", help="With --raise-by: the limit that you saw, if others have raised it, too."),
    ] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Respond to a request: approve it, amend it (with content, or with a comment to redo the stage), or reject it."""
    from cli.commands.response import ResponseOptions, send
    from cli.commands.runner import run_command

    options = ResponseOptions(
        str(request), action, comment, content_file, str(artifact) if artifact else None, redo, raise_by, raise_from
    )
    run_command(lambda client: send(client, options, as_json), ApiTarget(api, data_dir))
