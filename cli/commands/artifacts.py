"""`botarmy artifacts` and `artifact`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from cli.commands.options import Api, ApiOption, DataDirOption, JsonOption, ProjectArgument


def add_to(app: typer.Typer) -> None:
    app.command()(artifacts)
    app.command()(artifact)


def artifacts(
    project: ProjectArgument,
    type_: Annotated[str | None, typer.Option("--type", help="Only those of this type.")] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a project's artifacts, oldest first."""
    from cli.commands.runner import perform
    from cli.views import artifacts as listing

    perform(lambda client: listing.show_all(client, str(project), type_, as_json), Api(api, data_dir))


def artifact(
    artifact_id: Annotated[UUID, typer.Argument(metavar="ARTIFACT", help="The artifact's id.")],
    diff: Annotated[bool, typer.Option("--diff", help="Show what changed since the version before.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the content as it is, as anywhere but on a terminal.")
    ] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one version of an artifact."""
    from cli.commands.runner import perform
    from cli.views import artifacts as listing

    perform(lambda client: listing.show(client, str(artifact_id), diff, raw, as_json), Api(api, data_dir))
