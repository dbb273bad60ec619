"""Shows a long text in the person's pager."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil

from cli.errors import CommandError


class PagerError(CommandError):
    """The pager could not be used."""


async def page(text: str) -> None:
    """Show a text in the pager (PAGER, or else less), and return once it has closed.

    Raises:
        PagerError: there is no pager, or it could not be started.
    """
    command = _command()
    environment = {"LESS": "-R"} | dict(os.environ)
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, env=environment)
    except OSError as error:
        raise PagerError(f"cannot start the pager {command[0]!r}: {error.strerror}") from None
    # A person may close it before it has read everything.
    await process.communicate(text.encode(errors="replace"))


def _command() -> list[str]:
    if chosen := shlex.split(os.environ.get("PAGER", "")):
        return chosen
    for known in ("less", "more"):
        if found := shutil.which(known):
            return [found]
    raise PagerError("no pager found: set PAGER")
