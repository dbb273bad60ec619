"""Options that several commands have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer


class Gates(StrEnum):
    """What `--gates` may say."""

    ASK = "ask"
    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Api:
    """Which API is meant."""

    url: str | None
    data_dir: Path | None

    def again(self) -> str:
        """The options that name it, to be repeated in a command that the user is told."""
        url = f" --api {self.url}" if self.url else ""
        return url or (f" --data-dir {self.data_dir}" if self.data_dir else "")


ApiOption = Annotated[
    str | None,
    typer.Option("--api", help="The API's address (default: BOTARMY_API_URL, else that of the stack which runs here)."),
]
DataDirOption = Annotated[
    Path | None, typer.Option(help="The data directory of the stack to talk to (default: .botarmy).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]
ProjectArgument = Annotated[UUID, typer.Argument(metavar="PROJECT", help="The project's id.")]
