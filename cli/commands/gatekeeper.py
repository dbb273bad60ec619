"""Who answers at a gate: nobody here, a fixed answer, or (cli/commands/interactive.py) the person at the terminal."""

from __future__ import annotations

import asyncio
from typing import Protocol

from cli.client.shapes import Request
from cli.commands.answer import Action, Answer
from cli.commands.options import Gates


class FailureError(Exception):
    """A failure was met where nobody is asked: `request`, which stays open for a person."""

    def __init__(self, request: Request) -> None:
        super().__init__(f"{request.stage} failed")
        self.request = request


class Gatekeeper(Protocol):
    """Decides on requests, one at a time."""

    talks: bool
    """Whether it needs the terminal to itself."""

    async def decide(self, request: Request, overtaken: asyncio.Event) -> Answer | None:
        """An answer, or None to leave the request open.

        Raises:
            OvertakenError: `overtaken` was set, as somebody else has decided.
            NobodyThereError: there is nobody left to ask.
            FailureError: it is about a failure, which only a person may pass over.
        """

    def sent(self, applied: bool) -> None:
        """The last answer has arrived: it was applied, or not."""


class Fixed:
    """Answers every review in the same way, under a name that says that nobody was asked. It never approves a failure.

    Args:
        gates: approve or reject.
        why: why nobody is asked.
    """

    talks = False

    def __init__(self, gates: Gates, why: str) -> None:
        self._rejects = gates is Gates.REJECT
        self._responder = f"botarmy, without asking ({why})"

    async def decide(self, request: Request, overtaken: asyncio.Event) -> Answer:
        if self._rejects:
            return Answer(Action.REJECT, comment="every gate is rejected", responder=self._responder)
        if request.failed:
            raise FailureError(request)
        return Answer(Action.APPROVE, responder=self._responder)

    def sent(self, applied: bool) -> None:
        """The event of the decision tells it."""


class Elsewhere:
    """Leaves every request to others."""

    talks = False

    async def decide(self, request: Request, overtaken: asyncio.Event) -> None:
        return None

    def sent(self, applied: bool) -> None:
        """Nothing is ever sent."""
