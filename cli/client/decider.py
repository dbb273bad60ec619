"""Who responds at a gate: a fixed response, no one, or (`cli/commands/interactive.py`) the person at the terminal."""

from __future__ import annotations

import asyncio
from typing import Protocol

from cli.client.gate_policy import GatePolicy
from cli.client.hitl import Response
from cli.client.request_shapes import Request
from models.contracts.enums import HitlAction


class EndOfInputError(Exception):
    """Standard input has ended: Ctrl-D, or the terminal was closed."""


class QuestionWithdrawnError(Exception):
    """The answer to a question is no longer needed. `typed` is what the person had typed of it."""

    def __init__(self, typed: str = "") -> None:
        super().__init__(typed)
        self.typed = typed


class UnattendedFailureError(Exception):
    """A run without a person has come to a request that only a person may approve: a step or a verdict failed, or the
    gate needs a person or is assigned to others. `request` stays open."""

    def __init__(self, request: Request) -> None:
        super().__init__(f"{request.stage} needs a person")
        self.request = request


class Decider(Protocol):
    """Decides on requests, one at a time."""

    needs_terminal: bool
    """Whether the display must leave the terminal to it."""

    async def decide(self, request: Request, withdrawn: asyncio.Event) -> Response | None:
        """Return a response, or None to leave the request open.

        Raises:
            QuestionWithdrawnError: `withdrawn` was set, since the request was decided elsewhere.
            EndOfInputError: the person has left.
            UnattendedFailureError: only a person may approve the request.
        """

    def response_sent(self, applied: bool) -> None:
        """Called after the last response was sent, with whether it was applied."""


class AutomaticDecider:
    """Sends every review the same response, under a name that says that no person was asked. Never approves a failure,
    nor where the gate needs a person. Where others have to decide, it decides nothing.

    Args:
        gates: approve or reject.
        why: why no person is asked.
    """

    needs_terminal = False

    def __init__(self, gates: GatePolicy, why: str) -> None:
        self._rejects = gates is GatePolicy.REJECT
        self._responder = f"botarmy, without asking ({why})"

    async def decide(self, request: Request, withdrawn: asyncio.Event) -> Response:
        if request.is_barred:
            raise UnattendedFailureError(request)
        if self._rejects:
            return self._response(HitlAction.REJECT, "every review is rejected")
        if request.is_failure or request.needs_person:
            raise UnattendedFailureError(request)
        return self._response(HitlAction.APPROVE)

    def _response(self, action: HitlAction, comment: str | None = None) -> Response:
        return Response(action, comment=comment, responder=self._responder, without_asking=True)

    def response_sent(self, applied: bool) -> None:
        """Nothing to do: the event of the decision reports it."""


class NoDecider:
    """Leaves every request open for others to decide."""

    needs_terminal = False

    async def decide(self, request: Request, withdrawn: asyncio.Event) -> None:
        return None

    def response_sent(self, applied: bool) -> None:
        """Never called: no response is sent."""
