"""`botarmy inbox` and `respond`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.commands.answer import Action
from cli.commands.options import Api, ApiOption, DataDirOption, JsonOption


def add_to(app: typer.Typer) -> None:
    app.command()(inbox)
    app.command()(respond)


def inbox(
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and show what comes in.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; with --watch, a line a request.")] = False,
) -> None:
    """Show everything that waits for a decision, oldest first; on a terminal, decide."""
    from cli.commands import inbox as box
    from cli.commands.runner import perform

    perform(lambda client: box.show(client, watch, as_json), Api(api, data_dir))


def respond(
    request: Annotated[UUID, typer.Argument(metavar="REQUEST", help="The request's id.")],
    action: Annotated[Action, typer.Argument(help="What you decide.")],
    comment: Annotated[str | None, typer.Option(help="Why, or what should be different.")] = None,
    content_file: Annotated[
        Path | None, typer.Option(help="A file whose content takes the artifact's place; - for stdin.")
    ] = None,
    artifact: Annotated[
        UUID | None, typer.Option(help="The artifact that is answered (default: the request's first).")
    ] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide on a request: approve it, amend it (with content, or with a comment to have it redone), or reject it."""
    from cli.commands import response
    from cli.commands.runner import perform

    answer = response.Given(str(request), action, comment, content_file, str(artifact) if artifact else None)
    perform(lambda client: response.send(client, answer, as_json), Api(api, data_dir))
