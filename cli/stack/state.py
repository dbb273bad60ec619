"""`stack.json`: the addresses and pids of a running stack, for other processes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

COMPONENTS = ("postgres", "redis", "temporal", "worker", "api")
"""In the order in which they start. Further workers and APIs have the names worker-2, api-2 and so on."""


def order_of(name: str) -> tuple[int, int]:
    """Return the key to sort components by."""
    kind, _, number = name.partition("-")
    return COMPONENTS.index(kind), int(number or 1)


class DamagedStateError(ValueError):
    """The file exists and does not contain a stack's state."""


@dataclass(frozen=True)
class StackState:
    """Addresses, and the pids of the processes that the stack started; an external server has none.

    `api`, `temporal_ui`, `database` and `redis` are URLs, `temporal` is host:port. `temporal_ui` is None if not served.
    """

    api: str
    temporal: str
    temporal_ui: str | None
    database: str
    redis: str
    pids: dict[str, int]

    def write(self, file: Path) -> None:
        """Replace the file atomically. Only its owner can read it, since it contains passwords."""
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(self), indent=2) + "\n")
        new.replace(file)

    @classmethod
    def read(cls, file: Path) -> StackState | None:
        """Return the state in the file, or None if the file does not exist.

        Raises:
            DamagedStateError: the file is empty, truncated or of another format.
            OSError: the file cannot be read.
        """
        try:
            document = json.loads(file.read_text())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise DamagedStateError(f"{file} is damaged: {error}") from None
        try:
            state = cls(**document)
        except TypeError as error:
            raise DamagedStateError(f"{file} is damaged: {error}") from None
        texts = (state.api, state.temporal, state.temporal_ui or "", state.database, state.redis)
        if not all(isinstance(text, str) for text in texts) or not _are_pids(state.pids):
            raise DamagedStateError(f"{file} is damaged: it does not contain the addresses and pids of a stack")
        return state


def _are_pids(value: object) -> bool:
    return isinstance(value, dict) and all(type(pid) is int and pid > 0 for pid in value.values())
