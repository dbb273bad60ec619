"""How the gates of a run are decided."""

from __future__ import annotations

from enum import StrEnum


class GatePolicy(StrEnum):
    """The values of `--gates`."""

    ASK = "ask"
    APPROVE = "approve"
    REJECT = "reject"
