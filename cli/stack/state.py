"""`stack.json`: what a running stack tells others."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

COMPONENTS = ("postgres", "redis", "temporal", "worker", "api")
"""In the order in which they start."""


class DamagedStateError(ValueError):
    """The file is there and is not what a stack writes."""


@dataclass(frozen=True)
class StackState:
    """Addresses, and the pids of what the stack itself has started; an external server has none.

    `api`, `temporal_ui`, `database` and `redis` are URLs, `temporal` is host:port. `temporal_ui` is None without one.
    """

    api: str
    temporal: str
    temporal_ui: str | None
    database: str
    redis: str
    pids: dict[str, int]

    def write(self, file: Path) -> None:
        """Replace the file as a whole; only its owner may read it, as there are passwords in it."""
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(self), indent=2) + "\n")
        new.replace(file)

    @classmethod
    def read(cls, file: Path) -> StackState | None:
        """What the file says, None when there is none.

        Raises:
            DamagedStateError: it is empty, cut off, or of another kind.
            OSError: it cannot be read.
        """
        try:
            found = json.loads(file.read_text())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise DamagedStateError(f"{file} is damaged: {error}") from None
        try:
            state = cls(**found)
        except TypeError as error:
            raise DamagedStateError(f"{file} is damaged: {error}") from None
        texts = (state.api, state.temporal, state.temporal_ui or "", state.database, state.redis)
        if not all(isinstance(text, str) for text in texts) or not _are_pids(state.pids):
            raise DamagedStateError(f"{file} is damaged: not the addresses and pids of a stack")
        return state


def _are_pids(found: object) -> bool:
    return isinstance(found, dict) and all(type(pid) is int and pid > 0 for pid in found.values())
