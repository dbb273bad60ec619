"""`botarmy pipelines check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    pipelines = typer.Typer(help="Work with pipeline files.", no_args_is_help=True)
    pipelines.command()(check)
    pipelines.callback()(_group)  # Typer makes a group of a single command only if it has a callback
    app.add_typer(pipelines, name="pipelines")


def _group() -> None:
    """Work with pipeline files."""


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Pipeline files, or folders of them.")],
) -> None:
    """Report errors in pipeline files, without a running stack. Exit code 1 if there are any."""
    from cli.commands.module import run_module_in_terminal

    raise typer.Exit(run_module_in_terminal("pipelines", *map(str, files)))
