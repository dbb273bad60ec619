"""`botarmy projects` and `edit`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument


def add_to(app: typer.Typer) -> None:
    app.command()(projects)
    app.command()(edit)


def projects(
    status: Annotated[list[str] | None, typer.Option(help="Only projects with this status; may be repeated.")] = None,
    search: Annotated[str | None, typer.Option(help="Only projects with this in their name.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only projects of this owner.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only projects with this tag; may be repeated.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="Only archived projects.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Archived projects, too.")] = False,
    sort: Annotated[
        str, typer.Option(help="The order: created, updated or name; with a minus sign it is reversed.")
    ] = "-created",
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """List projects, newest first, without archived ones."""
    from cli.commands.runner import run_command
    from cli.commands.show_projects import list_projects

    if archived and everything:
        raise typer.BadParameter("--archived and --all cannot be combined")
    query = {
        "status": status or None,
        "search": search,
        "owner": owner,
        "tag": tag or None,
        "archived": "only" if archived else "include" if everything else None,
        "sort": None if sort == "-created" else sort,
    }
    run_command(lambda client: list_projects(client, query, as_json), ApiTarget(api, data_dir))


def edit(
    project: ProjectArgument,
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who looks after it; '' for nobody.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Its tags from now on; may be repeated. '' for none.")] = None,
    archive: Annotated[
        bool | None, typer.Option("--archive/--unarchive", help="Hide it in lists, or show it again.")
    ] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rename a project, change its owner or its tags, or archive it once it has ended."""
    from cli.commands.runner import run_on
    from cli.commands.show_projects import edit_project

    changes: dict[str, object] = {}
    if name is not None:
        changes["name"] = name
    if owner is not None:
        changes["owner"] = owner or None
    if tag is not None:
        changes["tags"] = [each for each in tag if each]
    if archive is not None:
        changes["archived"] = archive
    if not changes:
        raise typer.BadParameter("name what to change: --name, --owner, --tag, --archive or --unarchive")
    run_on(project, lambda client, id_: edit_project(client, id_, changes, as_json), ApiTarget(api, data_dir))
