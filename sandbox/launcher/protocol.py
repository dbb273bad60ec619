"""What the launcher receives and returns: one JSON object each, over stdin and stdout.

Named tuples, not dataclasses: importing those would cost the launcher 10 ms at each start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Limits(NamedTuple):
    """What a run may use. Sizes in bytes, times in seconds."""

    seconds: float = 30.0
    cpu_seconds: int = 20
    """Processor time, of one process and of all together."""
    memory: int = 512 * 1024 * 1024
    """Address space of one process."""
    memory_of_all: int = 1024 * 1024 * 1024
    """Resident memory of all processes together."""
    file_size: int = 16 * 1024 * 1024
    disk: int = 64 * 1024 * 1024
    """All files together; enforced only if the run has a file system of its own."""
    open_files: int = 128
    processes: int = 64
    """Processes and threads."""
    output: int = 1024 * 1024
    """Output after which the run is stopped."""
    output_kept: int = 64 * 1024


DEFAULT_LIMITS = Limits()


class Product(NamedTuple):
    """What acceptance tests drive: its files, and the module that `python -m` runs, or the command that runs it.

    In the command, "{folder}" stands for the folder of its files. Python also searches `search`, folders below it.
    """

    files: dict[str, str]
    entry_point: str
    command: list[str] | None = None
    search: Sequence[str] = ()


class RunRequest(NamedTuple):
    """A request to run the tests of `files`. `folder` is an empty folder, which the launcher removes.

    With a `product`, they are acceptance tests: they find the module `product`, which drives it, instead of their own
    files. With a `command`, it runs the tests and writes TAP; else they are Python's. `program` is the file that this
    command or the product's starts with. With `loopback`, the tests may use the network of the run itself, if there is
    one.

    Where neither files nor the network can be isolated, the tests run only with `unconfined`. `without` leaves out
    parts of the confinement ("namespaces", "landlock", "seccomp"), so that each can be tested alone.
    """

    python: str
    files: dict[str, str]
    folder: str
    limits: Limits = DEFAULT_LIMITS
    without: Sequence[str] = ()
    unconfined: bool = False
    product: Product | None = None
    loopback: bool = False
    program: str | None = None
    command: list[str] | None = None
    environment: Mapping[str, str] = {}
    """Variables that the programs need."""

    def dumps(self) -> bytes:
        return json.dumps(self._asdict()).encode()

    @classmethod
    def loads(cls, text: bytes) -> RunRequest:
        fields = json.loads(text)
        product = fields["product"] and Product(*fields["product"])
        return cls(**{**fields, "limits": Limits(*fields["limits"]), "product": product})


class RunResult(NamedTuple):
    """How a run ended. `stopped` names the limit that was hit; `isolation` lists what was enforced.

    `counted` holds the names of all tests; `outcomes` the outcomes of those that were started, in the same order, and
    `details` what went wrong in each, or an empty string.
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
    details: Sequence[str] = ()
    refused: str | None = None
    """What could not be isolated, if nothing was run for that reason."""

    def dumps(self) -> bytes:
        return json.dumps(self._asdict()).encode()

    @classmethod
    def loads(cls, text: bytes) -> RunResult:
        return cls(**json.loads(text))
