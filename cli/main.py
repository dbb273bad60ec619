"""The `botarmy` command, composed of its parts."""

from __future__ import annotations

from cli import interrupts

with interrupts.exit_on_interrupt():  # these imports are slow, and Ctrl-C may arrive at any moment
    from cli.command_line import CommandLine
    from cli.commands import (
        artifacts,
        budgets,
        control,
        evals,
        groups,
        hitl,
        members,
        models,
        people,
        pipelines,
        project_list,
        projects,
        replay,
        retention,
        signing_in,
        stack,
        stops,
        tasks,
    )

app = CommandLine(
    help="Runs a crew of software agents over a brief, durably, and asks a human where a human must decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for module in (
    stack,
    projects,
    project_list,
    control,
    retention,
    stops,
    tasks,
    budgets,
    hitl,
    artifacts,
    models,
    pipelines,
    replay,
    evals,
    signing_in,
    people,
    groups,
    members,
):
    module.add_to(app)

if __name__ == "__main__":
    app(prog_name="botarmy")
