"""Options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from config.redaction import redacted


@dataclass(frozen=True, slots=True)
class ApiTarget:
    """The API that a command uses, as selected by its options."""

    url: str | None
    data_dir: Path | None

    def as_arguments(self) -> str:
        """Return the options as typed, but without a password, for a command that is suggested to the user; they begin
        with a space."""
        url = f" --api {quote(redacted(self.url))}" if self.url else ""
        return url or (f" --data-dir {quote(str(self.data_dir))}" if self.data_dir else "")


ApiOption = Annotated[
    str | None,
    typer.Option("--api", help="The API's address (default: BOTARMY_API_URL, else that of the stack running here)."),
]
DataDirOption = Annotated[
    Path | None, typer.Option(help="The data directory of the stack to connect to (default: .botarmy).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ProjectArgument = Annotated[
    str, typer.Argument(metavar="PROJECT", help="The project's id, the beginning of it, or the project's name.")
]
OwnerOption = Annotated[str | None, typer.Option(help="Who looks after it.")]
TagOption = Annotated[list[str] | None, typer.Option(help="A word by which people find it; may be repeated.")]
TaskArgument = Annotated[
    str, typer.Argument(metavar="TASK", help="The task's id, or its beginning, as `botarmy tasks PROJECT` lists it.")
]
