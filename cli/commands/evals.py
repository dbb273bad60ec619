"""`botarmy eval` replaces itself with `python -m evals`, which declares the options."""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    app.command(add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})(
        eval
    )


def eval(context: typer.Context) -> None:
    """Run briefs through the crew, and test what it delivers with hidden acceptance tests. Needs a checkout of
    BotArmy."""
    from cli.commands.module import become_module
    from cli.errors import UsageError
    from cli.stack.checkout import CHECKOUT

    if not (CHECKOUT / "evals").is_dir():
        raise UsageError("eval needs a checkout of BotArmy: the installed package does not include the evals")
    become_module("evals", *context.args)
