"""`botarmy inbox`, `respond` and `extend`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.client.respond_action import RespondAction
from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption
from models.contracts.enums import Assignment

RequestArgument = Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id, or its beginning.")]


def add_to(app: typer.Typer) -> None:
    app.command()(inbox)
    app.command()(respond)
    app.command()(extend)


def inbox(
    watch: Annotated[bool, typer.Option("--watch", help="Keep running, and show new requests.")] = False,
    assigned: Annotated[
        Assignment, typer.Option(help="Only those that a pipeline assigns to you, or to nobody.")
    ] = Assignment.ALL,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; with --watch, one line per request.")] = False,
) -> None:
    """List the requests that wait for a decision, oldest first; on a terminal, the most urgent first, to decide on."""
    from cli.commands.inbox import show
    from cli.commands.runner import run_command

    run_command(lambda client: show(client, watch, as_json, assigned), ApiTarget(api, data_dir))


def respond(
    request: RequestArgument,
    action: Annotated[
        RespondAction, typer.Argument(help="Your decision; amend is one of the two that change something.")
    ],
    comment: Annotated[str | None, typer.Option(help="The reason, or what should change.")] = None,
    content_file: Annotated[
        Path | None, typer.Option(help="A file whose content replaces the artifact's; - for stdin.")
    ] = None,
    artifact: Annotated[
        str | None, typer.Option(help="The artifact to respond to (default: the request's first).")
    ] = None,
    redo: Annotated[
        str | None, typer.Option(metavar="STEP", help="With request-changes: the earlier step to repeat.")
    ] = None,
    raise_by: Annotated[
        str | None,
        typer.Option(metavar="BUDGET", help="With approve, if a budget is exhausted: raise it, such as by 2usd."),
    ] = None,
    raise_from: Annotated[
        str | None,
        typer.Option(metavar="BUDGET", help="With --raise-by: the limit that you saw, if others have raised it, too."),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="Only if it asks about this: its subject, or the first 12 digits."),
    ] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Respond to a request: approve it, request changes (with --comment), edit and approve it (with --content-file), or
    reject it and end the project (with --comment)."""
    from cli.commands.response import ResponseOptions, send
    from cli.commands.runner import run_command

    options = ResponseOptions(request, action, comment, content_file, artifact, redo, raise_by, raise_from, subject)
    run_command(lambda client: send(client, options, as_json), ApiTarget(api, data_dir))


def extend(
    request: RequestArgument,
    by: Annotated[str, typer.Argument(metavar="TIME", help="How much longer it may wait, such as 30m, 4h or 2d.")],
    name: Annotated[str | None, typer.Option(help="Your name, where people do not sign in (default: human).")] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Extend the deadline of a request."""
    from cli.client.ids import REQUEST
    from cli.commands.extension import extend as extend_deadline
    from cli.commands.runner import run_on

    target = ApiTarget(api, data_dir)
    run_on(request, lambda client, id_: extend_deadline(client, id_, by, name, as_json), target, REQUEST)
