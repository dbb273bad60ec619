"""The `botarmy` command: a composition of its parts."""

from __future__ import annotations

from cli import interrupts

with interrupts.ending():  # what follows takes long, and Ctrl-C may come at any moment
    from cli.command_line import CommandLine
    from cli.commands import artifacts, hitl, pipelines, projects, stack

app = CommandLine(
    help="A crew of software agents that delivers a brief, durably, and asks a human where a human must decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (stack, projects, hitl, artifacts, pipelines):
    part.add_to(app)

if __name__ == "__main__":
    app(prog_name="botarmy")
