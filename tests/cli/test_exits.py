"""Exit codes."""

from __future__ import annotations

from cli.exits import BY_STATUS
from models.contracts.enums import FINAL_PROJECT_STATUSES


def test_every_final_status_has_an_exit_code() -> None:
    assert set(BY_STATUS) == set(FINAL_PROJECT_STATUSES)
