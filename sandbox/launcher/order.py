"""What the sandbox asks of its launcher, and what comes back: one JSON object each, over stdin and stdout.

Named tuples, not dataclasses: importing those would cost the launcher 10 ms at each start.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple


class Limits(NamedTuple):
    """What a run may use. Sizes in bytes, times in seconds."""

    seconds: float = 30.0
    cpu_seconds: int = 20
    """Of processor time, of one process and of all together."""
    memory: int = 512 * 1024 * 1024
    """Address space of one process."""
    memory_of_all: int = 1024 * 1024 * 1024
    """Resident memory of all processes together."""
    file_size: int = 16 * 1024 * 1024
    disk: int = 64 * 1024 * 1024
    """All files together; kept only where the run has a file system of its own."""
    open_files: int = 128
    processes: int = 64
    """Processes and threads."""
    output: int = 1024 * 1024
    """Output after which the run is stopped."""
    output_kept: int = 64 * 1024


class Order(NamedTuple):
    """One run of the tests of `files`. `folder` is an empty folder of its own; the launcher removes it.

    Where neither files nor a network outside can be kept from them, they run only with `unconfined`. `without` leaves
    out parts of the cage ("namespaces", "landlock", "seccomp"), so that each can be tested alone.
    """

    python: str
    files: dict[str, str]
    folder: str
    limits: Limits = Limits()
    without: Sequence[str] = ()
    unconfined: bool = False

    def dumps(self) -> bytes:
        return json.dumps(self._asdict()).encode()

    @classmethod
    def loads(cls, text: bytes) -> Order:
        fields = json.loads(text)
        return cls(**{**fields, "limits": Limits(*fields["limits"])})


class Ending(NamedTuple):
    """How a run ended. `stopped` names the limit that was hit; `isolation` says what the cage really had.

    `counted` names the tests that there are; `outcomes` says of each that was come to what became of it, in that order.
    """

    exit_code: int | None
    signal: int | None
    stopped: str | None
    output: str
    isolation: list[str]
    confined: bool = False
    finished: bool = False
    counted: Sequence[str] = ()
    outcomes: Sequence[str] = ()
    refused: str | None = None
    """What is not isolated here, where nothing was run for that reason."""

    def dumps(self) -> bytes:
        return json.dumps(self._asdict()).encode()

    @classmethod
    def loads(cls, text: bytes) -> Ending:
        return cls(**json.loads(text))
