"""The `botarmy` command: a composition of its parts."""

from __future__ import annotations

import typer

from cli import artifact_commands, gate_commands, project_commands, stack_commands

app = typer.Typer(
    help="A crew of software agents that delivers a brief, durably, and asks a human where a human must decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (stack_commands, project_commands, gate_commands, artifact_commands):
    part.add_to(app)

if __name__ == "__main__":
    app()
