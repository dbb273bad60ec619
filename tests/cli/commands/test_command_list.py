"""The list of commands in `cli/commands/__init__.py` is complete."""

from __future__ import annotations

import re
from pathlib import Path

import cli.commands
from cli.main import app


def test_every_command_is_listed_with_the_file_that_declares_it() -> None:
    listed = {
        name.split()[0]: file
        for file, names in re.findall(r"^- `(\w+\.py)`: (.+)$", cli.commands.__doc__ or "", re.MULTILINE)
        for name in re.findall(r"`(.+?)`", names)
    }
    declared = {}
    for command in app.registered_commands:
        assert command.callback is not None
        declared[command.name or command.callback.__name__] = Path(command.callback.__code__.co_filename).name
    groups = {}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        first = group.typer_instance.registered_commands[0].callback
        assert first is not None
        groups[str(group.name)] = Path(first.__code__.co_filename).name
    assert listed == declared | groups
