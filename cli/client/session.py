"""Follows one project to its end: passes events to the display, and requests to the decider."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Protocol

from cli.client import hitl
from cli.client.deadline_watch import DeadlineWatch
from cli.client.decider import Decider, EndOfInputError, NoDecider, QuestionWithdrawnError
from cli.client.event_stream import Connected, Disconnected, follow
from cli.client.http import Client
from cli.client.outcomes import who_decided
from cli.client.project_view import ProjectView
from cli.client.request_shapes import Request
from cli.client.shapes import Event, Project
from cli.client.spending import read_spending
from cli.errors import ApiError, CommandError, NoApiError

SPENDING_SECONDS = 2.0
"""How long what was spent is not read again, however many events there are."""

ACTIONS = "approve|request-changes|edit-and-approve|reject"
"""The decisions that `botarmy respond` takes."""

PATIENCE = 600.0
"""Seconds for which a session waits for an API that has become unavailable."""


class Display(Protocol):
    """Displays the progress of one project."""

    shows_spending: bool
    """Whether it shows what a running project has spent so far."""

    shows_writing: bool
    """Whether it shows what the models of a running project are writing."""

    def show(self, event: Event, view: ProjectView) -> None:
        """Display an event, which has been applied to the view."""

    def message(self, text: str) -> None:
        """Display a message of the command itself."""

    def connection_problem(self, reason: str | None) -> None:
        """Display why the API is unreachable, or with None that it is reachable again."""

    def paused(self) -> AbstractContextManager[None]:
        """Leave the terminal to a conversation with the person for the block."""

    def close(self) -> None:
        """End the display; nothing is shown after this."""


class Session:
    """One project, followed from its first event until it has ended."""

    def __init__(self, client: Client, project: Project, view: ProjectView, display: Display, decider: Decider) -> None:
        self._client = client
        self._project = project
        self._view = view
        self._display = display
        self._decider = decider
        self._caught_up = asyncio.Event()
        self._changed = asyncio.Event()
        self._may_have_spent = asyncio.Event()
        self._not_deciding = asyncio.Event()
        self._not_deciding.set()
        self._handled: set[str] = set()
        self._asking: tuple[str, asyncio.Event] | None = None
        self._problems: dict[str, str | None] = {}
        self._deadlines = DeadlineWatch(client, view, display.message)
        client.on_retry = lambda reason: self._set_problem("call", reason)

    async def run(self) -> None:
        """Return when the project has ended.

        Raises:
            ApiError, NoApiError: the project can no longer be followed.
            UnattendedFailureError: a failure occurred, and no person is asked.
        """
        following = asyncio.create_task(self._follow())
        deciding = asyncio.create_task(self._decide_requests())
        tasks = [following, deciding, asyncio.create_task(self._deadlines.run())]
        if self._display.shows_spending and not self._view.is_rehearsal:
            tasks.append(asyncio.create_task(self._follow_spending()))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if following in done:
                await self._not_deciding.wait()
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self) -> None:
        head, disconnected_at = 0, 0.0
        live = self._display.shows_writing and not self._view.is_rehearsal
        async with aclosing(follow(self._client.address, self._project.id, 0, live=live)) as stream:
            async for item in stream:
                match item:
                    case Connected():
                        head, disconnected_at = item.head, 0.0
                        self._set_problem("stream", None)
                    case Disconnected():
                        disconnected_at = disconnected_at or time.monotonic()
                        if time.monotonic() - disconnected_at > PATIENCE:
                            raise NoApiError(f"lost the connection to {self._client.address()}: {item.reason}")
                        self._set_problem("stream", item.reason)
                        continue
                    case Event():
                        self._apply(item)
                        if self._view.has_ended and self._view.seq >= head:  # a project that had ended may be retried
                            return
                if self._view.seq >= head:
                    self._caught_up.set()

    async def _follow_spending(self) -> None:
        """Read what was spent after events: each call of a model and of a tool reports one."""
        while True:
            await self._may_have_spent.wait()
            self._may_have_spent.clear()
            self._view.spending = await read_spending(self._client, self._project.id) or self._view.spending
            await asyncio.sleep(SPENDING_SECONDS)

    def _apply(self, event: Event) -> None:
        self._view.apply(event)
        self._deadlines.apply(event)
        self._display.show(event, self._view)
        self._changed.set()
        self._may_have_spent.set()
        if self._asking is not None and self._asking[0] not in self._view.open_requests:
            self._asking[1].set()

    def _set_problem(self, source: str, reason: str | None) -> None:
        self._problems[source] = reason
        self._display.connection_problem(next(filter(None, self._problems.values()), None))

    async def _decide_requests(self) -> None:
        while True:
            request_id = await self._next_request()
            self._handled.add(request_id)
            self._not_deciding.clear()
            try:
                await self._decide(request_id)
            finally:
                self._not_deciding.set()

    async def _next_request(self) -> str:
        """Wait until the log is read to its head, since earlier requests may be decided, then for a new request."""
        await self._caught_up.wait()
        while True:
            for request_id in self._view.open_requests:
                if request_id not in self._handled:
                    return request_id
            self._changed.clear()
            await self._changed.wait()

    async def _decide(self, request_id: str) -> None:
        request = await hitl.fetch(self._client, request_id)
        if not request.is_pending:
            return
        withdrawn = asyncio.Event()
        self._asking = (request_id, withdrawn)
        if request_id not in self._view.open_requests:
            return
        try:
            with self._display.paused() if self._decider.needs_terminal else nullcontext():
                response = await self._decider.decide(request, withdrawn)
        except QuestionWithdrawnError:
            current = await hitl.fetch(self._client, request_id)
            self._display.message(f"{request.stage}: {who_decided(current)}")
            return
        except EndOfInputError:
            self._decider, response = NoDecider(), None
        finally:
            self._asking = None
        if response is None:
            self._leave_open(request)
        else:
            await self._respond(request, response)

    async def _respond(self, request: Request, response: hitl.Response) -> None:
        try:
            status, _ = await hitl.respond(self._client, request, response)
        except CommandError as error:
            self._decider.response_sent(applied=False)
            if not isinstance(error, ApiError):
                raise
            self._display.message(f"{request.stage}: {error}")
            if self._decider.needs_terminal:
                self._handled.discard(request.id)  # ask again, if it is still open
            elif not hitl.is_already_decided(error):
                self._leave_open(request)
            return
        except BaseException:
            self._decider.response_sent(applied=False)
            raise
        self._decider.response_sent(applied=True)
        if status == hitl.SUBMITTED:
            self._display.message(f"{request.stage}: {hitl.SUBMITTED_MESSAGE}")

    def _leave_open(self, request: Request) -> None:
        command = f"botarmy respond {request.id} {ACTIONS}"
        self._display.message(f"{request.stage}: waiting for a decision: {command}")
