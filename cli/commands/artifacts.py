"""`botarmy artifacts`, `artifact` and `give`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument


def add_to(app: typer.Typer) -> None:
    app.command()(artifacts)
    app.command()(artifact)
    app.command()(give)


def artifacts(
    project: ProjectArgument,
    type_: Annotated[str | None, typer.Option("--type", help="Only artifacts of this type.")] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a project's artifacts, oldest first."""
    from cli.commands.runner import run_on
    from cli.commands.show_artifacts import list_artifacts

    run_on(project, lambda client, id_: list_artifacts(client, id_, type_, as_json), ApiTarget(api, data_dir))


def artifact(
    artifact_id: Annotated[str, typer.Argument(metavar="ARTIFACT", help="The artifact's id, or its beginning.")],
    diff: Annotated[bool, typer.Option("--diff", help="Show the changes since the previous version.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the unformatted content, as is done without a terminal.")
    ] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one version of an artifact."""
    from cli.client.ids import ARTIFACT
    from cli.commands.runner import run_on
    from cli.commands.show_artifacts import show

    target = ApiTarget(api, data_dir)
    run_on(artifact_id, lambda client, id_: show(client, id_, diff, raw, as_json), target, ARTIFACT)


def give(
    project: ProjectArgument,
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|ARTIFACT", help="A text file, or the id of an artifact (with --withdraw, also its name)."
        ),
    ],
    as_type: Annotated[
        str | None,
        typer.Option("--as", metavar="TYPE", help="Accept the result of a task as the next version of this type."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME", help="Your name, where people do not sign in (default: human)."),
    ] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Withdraw an artifact: steps that begin later do not receive it.")
    ] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give the crew context: the steps that begin from now on receive it."""
    from cli.commands.giving import give as give_context
    from cli.commands.giving import withdraw as withdraw_context
    from cli.commands.runner import run_on
    from cli.errors import UsageError

    target = ApiTarget(api, data_dir)
    if withdraw:
        if as_type is not None:
            raise UsageError("--as and --withdraw exclude each other")
        run_on(project, lambda client, id_: withdraw_context(client, id_, what, by, as_json), target)
        return
    run_on(project, lambda client, id_: give_context(client, id_, what, as_type, by, as_json), target)
