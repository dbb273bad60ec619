"""Following one project to its end: events into the board and the view, requests to the gatekeeper."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, nullcontext

from cli.client import hitl
from cli.client.event_stream import Connected, Lost, follow
from cli.client.http import Client
from cli.client.shapes import Event, Project, Request
from cli.commands.answer import Answer
from cli.commands.gatekeeper import Elsewhere, Gatekeeper
from cli.exits import ApiError, CommandError, NoApiError
from cli.views.project_view import Board, StageRow
from cli.views.prompt import NobodyThereError, OvertakenError
from cli.views.view import View

PATIENCE = 600.0
"""Seconds for which an API that was there may be away before a session gives up."""


def board_of(project: Project) -> Board:
    """The board of a project before its first event: every stage of its pipeline, pending."""
    stages = project.pipeline_definition.stages
    return Board(stages={stage.name: StageRow(stage.name, stage.agent) for stage in stages})


class Session:
    """One project, followed from its first event until it has ended."""

    def __init__(self, client: Client, project: Project, board: Board, view: View, gatekeeper: Gatekeeper) -> None:
        self._client = client
        self._project = project
        self._board = board
        self._view = view
        self._gatekeeper = gatekeeper
        self._caught_up = asyncio.Event()
        self._changed = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._seen: set[str] = set()
        self._asked: tuple[str, asyncio.Event] | None = None
        self._troubles: dict[str, str | None] = {}
        client.trouble = lambda reason: self._trouble("call", reason)

    async def run(self) -> None:
        """Return when the project has ended.

        Raises:
            ApiError, NoApiError: the project cannot be followed any longer.
            FailureError: a failure was met where nobody is asked.
        """
        following = asyncio.create_task(self._follow())
        keeping = asyncio.create_task(self._keep_gates())
        try:
            done, _ = await asyncio.wait((following, keeping), return_when=asyncio.FIRST_COMPLETED)
            if following in done:
                await self._quiet.wait()
            for task in done:
                task.result()
        finally:
            following.cancel()
            keeping.cancel()
            await asyncio.gather(following, keeping, return_exceptions=True)

    async def _follow(self) -> None:
        head, lost = 0, 0.0
        async with aclosing(follow(self._client.address, self._project.id, 0)) as stream:
            async for item in stream:
                match item:
                    case Connected():
                        head, lost = item.head, 0.0
                        self._trouble("stream", None)
                    case Lost():
                        lost = lost or time.monotonic()
                        if time.monotonic() - lost > PATIENCE:
                            raise NoApiError(f"gave up on {self._client.address()}: {item.reason}")
                        self._trouble("stream", item.reason)
                        continue
                    case Event():
                        self._take(item)
                        if self._board.settled:
                            return
                if self._board.seq >= head:
                    self._caught_up.set()

    def _take(self, event: Event) -> None:
        self._board.apply(event)
        self._view.show(event, self._board)
        self._changed.set()
        if self._asked is not None and self._asked[0] not in self._board.open:
            self._asked[1].set()

    def _trouble(self, where: str, reason: str | None) -> None:
        self._troubles[where] = reason
        self._view.trouble(next(filter(None, self._troubles.values()), None))

    async def _keep_gates(self) -> None:
        while True:
            request_id = await self._next_request()
            self._seen.add(request_id)
            self._quiet.clear()
            try:
                await self._answer(request_id)
            finally:
                self._quiet.set()

    async def _next_request(self) -> str:
        """A request that nobody here has seen. Not before the log is read: it tells what was decided long ago."""
        await self._caught_up.wait()
        while True:
            for request_id in self._board.open:
                if request_id not in self._seen:
                    return request_id
            self._changed.clear()
            await self._changed.wait()

    async def _answer(self, request_id: str) -> None:
        request = await hitl.get(self._client, request_id)
        if not request.pending:
            return
        overtaken = asyncio.Event()
        self._asked = (request_id, overtaken)
        if request_id not in self._board.open:
            return
        try:
            with self._view.aside() if self._gatekeeper.talks else nullcontext():
                answer = await self._gatekeeper.decide(request, overtaken)
        except OvertakenError:
            self._view.say(f"{request.stage}: decided elsewhere")
            return
        except NobodyThereError:
            self._gatekeeper, answer = Elsewhere(), None
        finally:
            self._asked = None
        if answer is None:
            self._leave(request)
        else:
            await self._respond(request, answer)

    async def _respond(self, request: Request, answer: Answer) -> None:
        try:
            status, _ = await hitl.respond(self._client, request.id, answer)
        except CommandError as error:
            self._gatekeeper.sent(applied=False)
            if not isinstance(error, ApiError):
                raise
            self._view.say(f"{request.stage}: {error}")
            if self._gatekeeper.talks:
                self._seen.discard(request.id)  # asked again, if it is still open
            elif not hitl.lost(error):
                self._leave(request)
            return
        except BaseException:
            self._gatekeeper.sent(applied=False)
            raise
        self._gatekeeper.sent(applied=True)
        if status == hitl.SUBMITTED:
            self._view.say(f"{request.stage}: sent; it counts as soon as a worker gets to it")

    def _leave(self, request: Request) -> None:
        self._view.say(f"{request.stage}: waits for a decision: botarmy respond {request.id} approve|amend|reject")
