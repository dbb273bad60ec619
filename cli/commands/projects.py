"""`botarmy run`, `watch` and `export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.client.gate_policy import GatePolicy
from cli.commands.options import (
    ApiOption,
    ApiTarget,
    DataDirOption,
    JsonOption,
    OwnerOption,
    ProjectArgument,
    TagOption,
)
from models.contracts.enums import Oversight, ProjectStatus

if TYPE_CHECKING:
    from cli.client.http import Client


GatesOption = Annotated[
    GatePolicy | None,
    typer.Option(
        envvar="GATES",
        help="How reviews are decided: ask you, or approve or reject without asking "
        "(default: ask on a terminal, else approve). A failure is never approved without asking.",
    ),
]
OutOption = Annotated[Path | None, typer.Option(help="The folder of the delivery (default: deliveries/NAME-ID).")]
GitOption = Annotated[
    Path | None,
    typer.Option("--git", help="Also write the code as a git repository: a commit for each accepted version."),
]
EventsOption = Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")]


def add_to(app: typer.Typer) -> None:
    app.command()(run)
    app.command()(watch)
    app.command()(export)


def run(
    brief: Annotated[
        str | None,
        typer.Argument(
            metavar="BRIEF",
            help="A Markdown file that describes what you want; - for stdin. With --like it may be left out.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="The project's name (default: the brief's first heading).")] = None,
    pipeline: Annotated[str | None, typer.Option(help="The pipeline (default: software-delivery).")] = None,
    oversight: Annotated[
        Oversight | None, typer.Option(help="At which reviews a person is asked (default: set by the pipeline).")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The model to ask, as provider:model (default: BOTARMY_MODEL where the API runs)."),
    ] = None,
    crew: Annotated[
        str | None, typer.Option(help="Who does the work: models, rehearsal, or another installed provider.")
    ] = None,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Do not check --model first: only the worker, elsewhere, has its key.")
    ] = False,
    budget: Annotated[
        str | None,
        typer.Option(help="What it may use: dollars, tokens, working time, such as 2usd or 2usd,500ktok,2h."),
    ] = None,
    gates: GatesOption = None,
    source: Annotated[
        Path | None, typer.Option(help="The code to begin from: a folder, a zip or a git bundle.")
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(metavar="PROJECT", help="As this project was run: its brief, unless you give one, and settings."),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="PROJECT", help="Begin from what this project delivered, with its settings."),
    ] = None,
    owner: OwnerOption = None,
    tag: TagOption = None,
    out: OutOption = None,
    git: GitOption = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: EventsOption = False,
) -> None:
    """Run a brief: start a project, show its progress, decide its reviews, and unpack the delivery.

    A model is checked with one tiny call before the project starts, with the keys in the environment and .env here.
    Without a terminal, reviews are approved, and the output says so. A failed step or failed tests end the run, and the
    project waits for a person.

    Exit code 0: completed, 1: failed, 2: invalid usage, 3: rejected, 4: cancelled, 5: no API, 6: completed, but the
    delivery could not be written, 130: interrupted (the project continues).
    """
    from cli.commands import run as implementation
    from cli.commands.brief import read
    from cli.commands.delivery import check_writable
    from cli.commands.parent import ParentOption
    from cli.commands.repository import check_repository
    from cli.commands.runner import run_command
    from cli.commands.show_budgets import read_budget
    from cli.commands.source import read as read_source

    if brief is None and like is None:
        raise typer.BadParameter("Missing argument 'BRIEF'; only --like PROJECT has one of its own")
    if from_ is not None and (like is not None or source is not None):
        raise typer.BadParameter("--from cannot be combined with --like or --source")
    target = ApiTarget(api, data_dir)
    check_writable(out)
    check_repository(git, out)
    given = read_source(source) if source is not None else None
    options = implementation.RunOptions(
        read(brief, name) if brief is not None else None,
        pipeline,
        oversight,
        gates,
        out,
        as_json,
        target,
        source=given,
        git=git,
        model=model,
        crew=crew,
        checks_model=not no_check,
        budget=read_budget("--budget", budget) if budget is not None else None,
        name=name,
        parent=ParentOption.of(like, from_),
        owner=owner,
        tags=tuple(tag or ()),
    )
    run_command(lambda client: implementation.run(client, options), target)


def watch(
    project: ProjectArgument,
    since: Annotated[int, typer.Option(min=0, help="Show only events after this number.")] = 0,
    gates: Annotated[GatePolicy | None, typer.Option(help="Also decide reviews (default: leave them open).")] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: EventsOption = False,
) -> None:
    """Watch a project until it ends. The exit codes are those of `run`."""
    from cli.commands import run as implementation
    from cli.commands.runner import run_on

    target = ApiTarget(api, data_dir)
    run_on(project, lambda client, id_: implementation.watch(client, id_, since, gates, as_json, target), target)


def export(
    project: ProjectArgument,
    out: OutOption = None,
    git: Annotated[
        Path | None,
        typer.Option(help="Write the code as a git repository here instead: a commit for each accepted version."),
    ] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Unpack what a project has accepted so far into a folder, or write its code as a git repository.

    A folder that exists is neither overwritten nor added to; --out names another one.
    """
    from cli.commands.export_project import export as export_project
    from cli.commands.repository import check_repository
    from cli.commands.runner import run_on
    from cli.views.console import print_json
    from cli.views.printable import one_line
    from config.sizes import format_count

    if git is not None and out is not None:
        raise typer.BadParameter("--out and --git cannot be combined")
    check_repository(git)

    async def command(client: Client, project_id: str) -> int:
        status, folder, count = await export_project(client, project_id, out, git)
        noun = "file" if git is None else "commit"
        if as_json:
            path = str(folder.absolute())
            print_json({"project_id": project_id, "status": status, "folder": path, f"{noun}s": count})
        else:
            completed = status == ProjectStatus.COMPLETED
            result = "Delivered" if completed else f"Not delivered, the project is {status}. Accepted so far"
            print(one_line(f"{result}: {folder} ({format_count(count, noun)})", 1000))
        return 0

    run_on(project, command, ApiTarget(api, data_dir))
