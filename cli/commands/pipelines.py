"""`botarmy pipelines check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    pipelines = typer.Typer(help="Pipelines of your own.", no_args_is_help=True)
    pipelines.command()(check)
    pipelines.callback()(_group)  # so that it stays a group while it has one command
    app.add_typer(pipelines, name="pipelines")


def _group() -> None:
    """Pipelines of your own."""


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Pipeline files, or folders of them.")],
) -> None:
    """Say what is wrong with pipeline files; needs no running stack. Exit code 1 when something is."""
    import os
    import subprocess
    import sys

    from cli.stack.checkout import python_path

    command = [sys.executable, "-P", "-m", "pipelines", *map(str, files)]
    raise typer.Exit(subprocess.run(command, env=os.environ | python_path(), check=False).returncode)
