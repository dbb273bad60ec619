"""Exit codes."""

from __future__ import annotations

from cli.commands.run import EXIT_CODES
from models.contracts.enums import FINAL_PROJECT_STATUSES


def test_every_final_status_has_an_exit_code() -> None:
    assert set(EXIT_CODES) == set(FINAL_PROJECT_STATUSES)
