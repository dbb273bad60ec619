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
    import os
    import sys

    from cli.exits import UsageError
    from cli.stack.checkout import CHECKOUT, python_path

    if not (CHECKOUT / "evals").is_dir():
        raise UsageError("eval needs a checkout of BotArmy: the installed package does not include the evals")
    command = [sys.executable, "-P", "-m", "evals", *context.args]
    os.execve(command[0], command, os.environ | python_path())  # noqa: S606 - signals reach the eval itself
