"""The open requests of all projects: listed, watched, and on a terminal decided."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.client import hitl
from cli.client.deadlines import by_urgency, consequence, is_urgent, time_left
from cli.client.decider import EndOfInputError, QuestionWithdrawnError
from cli.client.durations import duration
from cli.client.http import Client, Json
from cli.client.outcomes import decided, who_decided
from cli.client.request_shapes import Request
from cli.client.session import PATIENCE
from cli.commands.interactive import InteractiveDecider
from cli.errors import ApiError, CommandError
from cli.views.console import is_interactive, print_json, stdout
from cli.views.printable import one_line, plain
from cli.views.terminal_prompt import TerminalPrompt
from models.contracts.enums import Assignment

POLL_SECONDS = 2.0
EMPTY = "No decisions are waiting."


async def show(client: Client, watch: bool, as_json: bool, assigned: Assignment = Assignment.ALL) -> int:
    """Print the open requests, oldest first; on a terminal, the most urgent first, and ask for decisions."""
    items = await _pending(client, assigned)
    if watch:
        client.patience = PATIENCE
    if as_json and not watch:
        print_json({"items": items, "next_cursor": None})
    elif not as_json and is_interactive():
        with suppress(EndOfInputError):
            await _InteractiveInbox(client, stdout(), assigned).run(watch)
    elif watch:
        await _print_new(client, as_json, assigned)
    else:
        for item in items:
            print(_line(Request.model_validate(item)))
        if not items:
            print(EMPTY, file=sys.stderr)
    return 0


async def _pending(client: Client, assigned: Assignment) -> list[Json]:
    limited = {} if assigned is Assignment.ALL else {"assigned": str(assigned)}
    return [item async for item in client.items("/hitl/pending", limit=200, **limited)]


async def _print_new(client: Client, as_json: bool, assigned: Assignment) -> None:
    """Print each request once, as it is opened, forever."""
    printed: set[str] = set()
    while True:
        items = await _pending(client, assigned)
        for item in items:
            request = Request.model_validate(item)
            if request.id not in printed:
                print(json.dumps(item) if as_json else _line(request), flush=True)
        printed = {str(item["request_id"]) for item in items}
        await asyncio.sleep(POLL_SECONDS)


def _line(request: Request) -> str:
    about = f"{request.title}: {request.cause}" if request.title and request.cause else request.question
    what = f"{request.id}  {request.project_name}  {request.stage}: {about}"
    marks = [consequence(request, datetime.now(UTC)), *_marks(request)]
    return "  ".join([one_line(what, 400), *(one_line(mark, 300) for mark in marks)])


def _marks(request: Request) -> list[str]:
    """Return what a person has to know before they decide."""
    barred = f"You cannot decide this. {request.eligibility.reason or ''}".strip() if request.is_barred else ""
    again = f"It asks again: {request.replaced[-1].words}." if request.replaced else ""
    return [mark for mark in (barred, again) if mark]


class _InteractiveInbox:
    """The inbox on a terminal: the person chooses a request and decides on it, until none is left."""

    def __init__(self, client: Client, console: Console, assigned: Assignment) -> None:
        self._client = client
        self._assigned = assigned
        self._console = console
        self._prompt = TerminalPrompt(console)

    async def run(self, watch: bool) -> None:
        """Return when the person quits or, without `watch`, when no request is open."""
        while True:
            requests = sorted(map(Request.model_validate, await _pending(self._client, self._assigned)), key=by_urgency)
            self._console.print(_table(requests) if requests else EMPTY)
            if not requests and not watch:
                return
            choice = await self._choose(requests, watch)
            if choice == "q":
                return
            if choice:
                await self._decide(requests[int(choice) - 1])

    async def _choose(self, requests: list[Request], watch: bool) -> str:
        """Return the number of a request, "q" to quit, or "" to reload; with `watch`, reload after a change."""
        numbers = f"1 to {len(requests)}, or " if len(requests) > 1 else "1, or " if requests else ""
        question = Text(f"Decide on which? {numbers}[q] quit > ", "bold")
        changed = asyncio.Event()
        polling = asyncio.create_task(self._poll(requests, changed)) if watch else None
        try:
            while True:
                typed = (await self._prompt.line(question, changed, reloads=True)).strip().lower()
                if typed in ("", "q") or (typed.isdecimal() and 1 <= int(typed) <= len(requests)):
                    return typed
        except QuestionWithdrawnError:
            return ""
        finally:
            if polling:
                polling.cancel()

    async def _poll(self, requests: list[Request], changed: asyncio.Event) -> None:
        """Set `changed` once other requests are open."""
        shown = _news(requests, datetime.now(UTC))
        while not changed.is_set():
            await asyncio.sleep(POLL_SECONDS)
            current = list(map(Request.model_validate, await _pending(self._client, self._assigned)))
            if (news := _news(current, datetime.now(UTC))) != shown:
                if news - shown:
                    self._console.bell()
                changed.set()

    async def _watch(self, request_id: str, withdrawn: asyncio.Event) -> None:
        """Set `withdrawn` once the request is closed."""
        while not withdrawn.is_set():
            await asyncio.sleep(POLL_SECONDS)
            with suppress(CommandError):
                if not (await hitl.fetch(self._client, request_id)).is_pending:
                    withdrawn.set()

    async def _decide(self, chosen: Request) -> None:
        decider = InteractiveDecider(self._client, self._console)
        try:
            request = await hitl.fetch(self._client, chosen.id)
            if not request.is_pending:
                self._console.print(plain(f"{request.stage}: {who_decided(request)}", "yellow", max_length=1000))
                return
            withdrawn = asyncio.Event()
            watching = asyncio.create_task(self._watch(request.id, withdrawn))
            try:
                response = await decider.decide(request, withdrawn)
            except QuestionWithdrawnError:
                current = await hitl.fetch(self._client, request.id)
                self._console.print(plain(f"{request.stage}: {who_decided(current)}", "yellow", max_length=1000))
                return
            finally:
                watching.cancel()
            if response is None:
                return
            try:
                status, _ = await hitl.respond(self._client, request, response)
            except BaseException:
                decider.response_sent(applied=False)
                raise
        except ApiError as error:
            self._console.print(plain(str(error), "red"))
            return
        decider.response_sent(applied=True)
        done = decided(response.action, accepted=response.content is not None)
        result = hitl.SUBMITTED_MESSAGE if status == hitl.SUBMITTED else done
        self._console.print(Text("✓ ", "green") + plain(f"{request.stage}: {result}"))


def _news(requests: list[Request], now: datetime) -> set[tuple[str, bool]]:
    """Return what makes a change worth showing: which requests are open, and which of them are urgent."""
    return {(request.id, is_urgent(request, now)) for request in requests}


def _about(request: Request) -> Text:
    style = "dim" if request.is_barred else "red" if request.is_failure else ""
    mark = "you cannot decide this" if request.is_barred else "asks again" if request.replaced else ""
    about = plain(request.title or request.question, style, max_length=80)
    return about.append(f" ({mark})", "yellow") if mark else about


def _table(requests: list[Request]) -> Table:
    table = Table("", "project", "step", "about", "waiting for", "expires in", "then", box=None, pad_edge=False)
    now = datetime.now(UTC)
    for number, request in enumerate(requests, 1):
        table.add_row(
            str(number),
            plain(request.project_name, max_length=40),
            plain(request.stage),
            _about(request),
            duration(max(0.0, (now - request.created_at).total_seconds())),
            Text(time_left(request, now), "bold red" if is_urgent(request, now) else ""),
            plain(request.at_expiry.words),
        )
    return table
