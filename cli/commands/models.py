"""`botarmy models`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import JsonOption


def add_to(app: typer.Typer) -> None:
    app.command()(models)


def models(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL]...", help="Only these models, as provider:model.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check models, each with one tiny call, and find servers with models on this machine.

    Without names, it checks those that BOTARMY_MODEL and the pipelines name. No stack needs to run: keys are read from
    the environment and .env here, as by the worker of a stack that is started here.

    Exit code 0: all can be used, 1: one cannot, 2: a setting is invalid.
    """
    import asyncio

    from cli.commands.show_models import show
    from cli.interrupts import raise_on_interrupt

    with raise_on_interrupt():
        code = asyncio.run(show(tuple(names or ()), as_json))
    raise typer.Exit(code)
