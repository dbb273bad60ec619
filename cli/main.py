"""The `botarmy` command: a composition of its parts."""

from __future__ import annotations

import typer

from cli import stack_commands

app = typer.Typer(
    help="A crew of software agents that delivers a brief, durably, and asks a human where a human must decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
stack_commands.add_to(app)

if __name__ == "__main__":
    app()
