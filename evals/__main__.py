"""`python -m evals`, with which `botarmy eval` replaces itself."""

from __future__ import annotations

from cli import interrupts

with interrupts.exit_on_interrupt():  # these imports are slow, and Ctrl-C may arrive at any moment
    from pathlib import Path
    from typing import Annotated

    import typer

    from cli.command_line import CommandLine
    from cli.commands.model_check import require_usable
    from cli.commands.options import ApiOption, ApiTarget, DataDirOption, JsonOption
    from cli.commands.runner import run_command
    from evals.command import evaluate

app = CommandLine(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def eval(
    model: Annotated[str, typer.Option(help="The model to evaluate, as PROVIDER:MODEL.")],
    briefs: Annotated[
        Path | None,
        typer.Option(help="A folder of briefs, or one brief: brief.md and hidden/ (default: the twelve of evals/)."),
    ] = None,
    pipeline: Annotated[str | None, typer.Option(help="The pipeline (default: software-delivery).")] = None,
    parallel: Annotated[int, typer.Option(min=1, max=50, help="How many briefs run at a time.")] = 4,
    max_cost: Annotated[
        float,
        typer.Option(min=0, help="US dollars. Once they are spent, no brief is started, and what runs is cancelled."),
    ] = 5.0,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Do not check the model first: only the worker, elsewhere, has its key.")
    ] = False,
    api: ApiOption = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run briefs through the crew of a running stack, and test what it delivers with hidden acceptance tests.

    Reviews are approved; a failed step or a failed verdict ends a brief, and its project is cancelled. The budget of a
    day, BOTARMY_DAILY_BUDGET, applies, too.

    Exit code 0: everything was delivered, and all hidden tests pass, 1: not everything, 2: invalid usage, 5: no API.
    """
    run_command(
        lambda client: evaluate(
            client,
            model,
            briefs,
            pipeline,
            parallel=parallel,
            max_cost_usd=max_cost,
            check=None if no_check else require_usable,
            as_json=as_json,
        ),
        ApiTarget(api, data_dir),
    )


if __name__ == "__main__":
    app(prog_name="botarmy eval")
