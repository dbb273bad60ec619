"""The `botarmy` command: a composition of its parts."""

from __future__ import annotations

from cli import interrupts

with interrupts.ending():  # what follows takes long, and Ctrl-C may come at any moment
    from cli import artifact_commands, gate_commands, pipeline_commands, project_commands, stack_commands
    from cli.command_line import CommandLine

app = CommandLine(
    help="A crew of software agents that delivers a brief, durably, and asks a human where a human must decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (stack_commands, project_commands, gate_commands, artifact_commands, pipeline_commands):
    part.add_to(app)

if __name__ == "__main__":
    app(prog_name="botarmy")
