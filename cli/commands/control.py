"""`botarmy pause`, `resume`, `cancel`, `retry` and `doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption, ProjectArgument


def add_to(app: typer.Typer) -> None:
    app.command()(pause)
    app.command()(resume)
    app.command()(cancel)
    app.command()(retry)
    app.command()(doctor)


def pause(
    project: ProjectArgument, api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False
) -> None:
    """Pause a project: running steps finish, no new step starts, and reviews still accept decisions."""
    _change(project, "pause", ApiTarget(api, data_dir), as_json)


def resume(
    project: ProjectArgument, api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False
) -> None:
    """Resume a paused project."""
    _change(project, "resume", ApiTarget(api, data_dir), as_json)


def cancel(
    project: ProjectArgument, api: ApiOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False
) -> None:
    """Cancel a project. Accepted artifacts are kept, and it can be retried from a step."""
    _change(project, "cancel", ApiTarget(api, data_dir), as_json)


def retry(
    project: ProjectArgument,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="STEP", help="The step to begin with (default: where it ended).")
    ] = None,
    comment: Annotated[
        str | None, typer.Option(help="What should be different this time; the step's agent gets it.")
    ] = None,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Retry a project that was rejected, failed or cancelled, from a step whose inputs are accepted.

    What other steps have accepted stays; the step and all that depend on it run again.
    """
    from cli.commands import project_control
    from cli.commands.runner import run_on

    target = ApiTarget(api, data_dir)
    run_on(project, lambda client, id_: project_control.retry(client, id_, from_, comment, as_json), target)


def doctor(
    which: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Only these projects and tasks (default: all).")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair each problem: asks on a terminal, else needs --restart or --end.")
    ] = False,
    restart: Annotated[bool, typer.Option("--restart", help="With --repair: restart all from their records.")] = False,
    end: Annotated[bool, typer.Option("--end", help="With --repair: end all; they become cancelled.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report open projects and tasks whose workflow is missing or stuck, and repair them.

    Exit code 0: no problems, 1: problems remain, or a server is down.
    """
    from cli.commands import doctor as implementation
    from cli.commands.runner import run_command

    if restart and end:
        raise typer.BadParameter("--restart and --end cannot be combined")
    if (restart or end) and not repair:
        raise typer.BadParameter("--restart and --end need --repair")
    repair_with = implementation.Repair.RESTART if restart else implementation.Repair.END if end else None
    options = implementation.DoctorOptions(repair, repair_with, tuple(which or ()), as_json)
    run_command(lambda client: implementation.diagnose(client, options), ApiTarget(api, data_dir))


def _change(project: str, change: str, api: ApiTarget, as_json: bool) -> None:
    from cli.commands import project_control
    from cli.commands.runner import run_on

    run_on(project, lambda client, id_: project_control.change(client, id_, change, as_json), api)
