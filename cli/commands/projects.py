"""`botarmy run`, `watch`, `projects`, `export`, `pause`, `resume`, `cancel` and `doctor`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli.commands.options import Api, ApiOption, DataDirOption, Gates, JsonOption, ProjectArgument

if TYPE_CHECKING:
    from cli.client.http import Client


class Oversight(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


GatesOption = Annotated[
    Gates | None,
    typer.Option(
        envvar="GATES",
        help="Who decides at gates: ask you, or approve or reject without asking "
        "(default: ask on a terminal, approve elsewhere). A failure is never approved without asking.",
    ),
]
OutOption = Annotated[Path | None, typer.Option(help="The folder for the delivery (default: deliveries/NAME-ID).")]


def add_to(app: typer.Typer) -> None:
    app.command()(run)
    app.command()(watch)
    app.command()(projects)
    app.command()(export)
    app.command()(pause)
    app.command()(resume)
    app.command()(cancel)
    app.command()(doctor)


def run(
    brief: Annotated[
        str, typer.Argument(metavar="BRIEF", help="A Markdown file that says what is wanted; - for stdin.")
    ],
    name: Annotated[str | None, typer.Option(help="The project's name (default: the brief's first heading).")] = None,
    pipeline: Annotated[str | None, typer.Option(help="The pipeline (default: software-delivery).")] = None,
    oversight: Annotated[
        Oversight | None, typer.Option(help="At which gates a human is asked (default: as the pipeline says).")
    ] = None,
    gates: GatesOption = None,
    out: OutOption = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")] = False,
) -> None:
    """Deliver a brief: start a project, show its progress, decide at its gates, unpack what comes out.

    Without a terminal, reviews are approved, and the output says so; a failed step or failed tests end the run, and
    wait for a person.

    Exit code 0: completed, 1: failed, 2: wrong use, 3: rejected, 4: cancelled, 5: no API, 6: completed, but the
    delivery could not be written, 130: interrupted (the project goes on).
    """
    from cli.client.delivery import check_writable
    from cli.command_line import complain
    from cli.commands import run as running
    from cli.commands.brief import read
    from cli.commands.runner import perform
    from cli.exits import CommandError

    which = Api(api, data_dir)
    try:
        check_writable(out)
        order = running.Order(read(brief, name), pipeline, oversight, gates, out, as_json, which)
    except CommandError as error:
        complain(str(error))
        raise typer.Exit(error.code) from None
    perform(lambda client: running.run(client, order), which)


def watch(
    project: ProjectArgument,
    since: Annotated[int, typer.Option(min=0, help="Print only events after this number.")] = 0,
    gates: Annotated[Gates | None, typer.Option(help="Decide at gates, too (default: leave that to others).")] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")] = False,
) -> None:
    """Watch a project until it ends. The exit code says how, as that of `run`."""
    from cli.commands import run as running
    from cli.commands.runner import perform

    which = Api(api, data_dir)
    perform(lambda client: running.watch(client, str(project), since, gates, as_json, which), which)


def projects(
    status: Annotated[str | None, typer.Option(help="Only those of this status.")] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """List projects, newest first."""
    from cli.commands import project_control as listing
    from cli.commands.runner import perform

    perform(lambda client: listing.show(client, status, as_json), Api(api, data_dir))


def export(
    project: ProjectArgument,
    out: OutOption = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Unpack what a project has accepted so far into a folder."""
    from cli.commands import run as running
    from cli.commands.runner import perform, print_json
    from cli.views.printable import one_line

    async def work(client: Client) -> int:
        status, folder, count = await running.export(client, str(project), out)
        if as_json:
            about = {"project_id": str(project), "status": status}
            print_json({**about, "folder": str(folder.absolute()), "files": count})
        else:
            told = "Delivered" if status == "completed" else f"Not delivered, the project is {status}. Accepted so far"
            print(one_line(f"{told}: {folder} ({count} files)", 1000))
        return 0

    perform(work, Api(api, data_dir))


def pause(
    project: ProjectArgument, api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False
) -> None:
    """Start no further step; steps under way end, and gates still take decisions."""
    _change(str(project), "pause", Api(api, data_dir), as_json)


def resume(
    project: ProjectArgument, api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False
) -> None:
    """Go on after a pause."""
    _change(str(project), "resume", Api(api, data_dir), as_json)


def cancel(
    project: ProjectArgument, api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False
) -> None:
    """End a project; what was accepted stays."""
    _change(str(project), "cancel", Api(api, data_dir), as_json)


def doctor(
    which: Annotated[
        list[UUID] | None, typer.Argument(metavar="[ID]...", help="Projects and tasks that are meant (default: all).")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Do something about each: asks on a terminal, does nothing elsewhere.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="With --repair: start each again from its records.")
    ] = False,
    end: Annotated[bool, typer.Option("--end", help="With --repair: end each; it becomes cancelled.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell which open projects and tasks stand still since their workflow does not go on, and repair that.

    Exit code 0: all go on, 1: something does not, or a server is down.
    """
    from cli.commands import doctor as doctoring
    from cli.commands.runner import perform

    if restart and end:
        raise typer.BadParameter("--restart and --end exclude each other")
    if (restart or end) and not repair:
        raise typer.BadParameter("--restart and --end say how to --repair")
    how = doctoring.Repair.RESTART if restart else doctoring.Repair.END if end else None
    order = doctoring.Order(repair, how, tuple(map(str, which or ())), as_json)
    perform(lambda client: doctoring.examine(client, order), Api(api, data_dir))


def _change(project: str, change: str, api: Api, as_json: bool) -> None:
    from cli.commands import project_control as listing
    from cli.commands.runner import perform

    perform(lambda client: listing.change(client, project, change, as_json), api)
