"""`botarmy stop`, `release` and `stops`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption

AllOption = Annotated[bool, typer.Option("--all", help="Every step of every project.")]
RoleOption = Annotated[
    str | None, typer.Option(metavar="ROLE", help="Every step of a role, in all projects or in PROJECT.")
]
StepOption = Annotated[str | None, typer.Option(metavar="TASK", help="One step; its review then asks.")]
TargetArgument = Annotated[
    str | None, typer.Argument(metavar="[PROJECT]", help="The project's id, the beginning of it, or its name.")
]


def add_to(app: typer.Typer) -> None:
    app.command()(stop)
    app.command()(release)
    app.command()(stops)


def stop(
    project: TargetArgument = None,
    everything: AllOption = False,
    role: RoleOption = None,
    step: StepOption = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "Stopped from the terminal.",
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stop everything, a project, a role or a step at once: within 5 s nothing runs and nothing is spent.

    What runs is cancelled, and continues where it was after `botarmy release`. Meanwhile no review expires, and
    decisions are still recorded. `pause` lets running steps finish; `cancel` ends a project for good.
    """
    from cli.commands import stop_control
    from cli.commands.runner import run_command

    target = stop_control.Target.of(project, everything, role, step)
    run_command(lambda client: stop_control.stop(client, target, reason, as_json), ApiTarget(api, data_dir))


def release(
    project: TargetArgument = None,
    everything: AllOption = False,
    role: RoleOption = None,
    step: StepOption = None,
    reason: Annotated[str, typer.Option(help="Why it may continue.")] = ...,  # type: ignore[assignment]
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Release a stop: the one with this target or, without a target, the only one that holds."""
    from cli.commands import stop_control
    from cli.commands.runner import run_command

    is_named = everything or any((project, role, step))
    target = stop_control.Target.of(project, everything, role, step) if is_named else None
    run_command(lambda client: stop_control.release(client, target, reason, as_json), ApiTarget(api, data_dir))


def stops(
    every: Annotated[bool, typer.Option("--released", help="Also those that were released.")] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the stops that hold, newest first."""
    from cli.commands import stop_control
    from cli.commands.runner import run_command

    run_command(lambda client: stop_control.show(client, every, as_json), ApiTarget(api, data_dir))
