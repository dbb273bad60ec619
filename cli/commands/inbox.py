"""Everything that waits for a decision."""

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
from cli.client.http import Client, Json
from cli.client.shapes import Request
from cli.commands.interactive import Person
from cli.commands.runner import on_a_terminal, output, print_json
from cli.commands.session import PATIENCE
from cli.exits import ApiError
from cli.views.printable import one_line, words
from cli.views.prompt import NobodyThereError, OvertakenError, Prompt
from cli.views.wording import duration

POLL_SECONDS = 2.0


async def show(client: Client, watch: bool, as_json: bool) -> int:
    """Print what waits, oldest first; ask for decisions where there is somebody to ask."""
    items = await _waiting(client)
    if watch:
        client.patience = PATIENCE
    if as_json and not watch:
        print_json({"items": items, "next_cursor": None})
    elif not as_json and on_a_terminal():
        with suppress(NobodyThereError):
            await _Desk(client, output()).work(watch)
    elif watch:
        await _tell(client, as_json)
    else:
        for item in items:
            print(_line(Request.model_validate(item)))
        if not items:
            print("Nothing waits for a decision.", file=sys.stderr)
    return 0


async def _waiting(client: Client) -> list[Json]:
    return [item async for item in client.items("/hitl/pending", limit=200)]


async def _tell(client: Client, as_json: bool) -> None:
    """Each request once, as it comes in, for ever."""
    told: set[str] = set()
    while True:
        items = await _waiting(client)
        for item in items:
            request = Request.model_validate(item)
            if request.id not in told:
                print(json.dumps(item) if as_json else _line(request), flush=True)
        told = {str(item["request_id"]) for item in items}
        await asyncio.sleep(POLL_SECONDS)


def _line(request: Request) -> str:
    return one_line(f"{request.id}  {request.project_name}  {request.stage}: {request.question}", 400)


class _Desk:
    """The inbox on a terminal: the person picks a request and decides on it, until nothing waits."""

    def __init__(self, client: Client, console: Console) -> None:
        self._client = client
        self._console = console
        self._prompt = Prompt(console)

    async def work(self, watch: bool) -> None:
        """Return when the person leaves, or, without `watch`, when nothing waits."""
        while True:
            requests = [Request.model_validate(item) for item in await _waiting(self._client)]
            self._console.print(_table(requests) if requests else "Nothing waits for a decision.")
            if not requests and not watch:
                return
            chosen = await self._choose(requests, watch)
            if chosen == "q":
                return
            if chosen:
                await self._decide(requests[int(chosen) - 1])

    async def _choose(self, requests: list[Request], watch: bool) -> str:
        """The number of a request, q to leave, nothing to look again: at once when something changes, to a watcher."""
        numbers = f"1 to {len(requests)}, or " if len(requests) > 1 else "1, or " if requests else ""
        question = Text(f"Decide on which? {numbers}[q] quit > ", "bold")
        changed = asyncio.Event()
        looking = asyncio.create_task(self._look_out(requests, changed)) if watch else None
        try:
            while True:
                typed = (await self._prompt.line(question, changed)).strip().lower()
                if typed in ("", "q") or (typed.isdecimal() and 1 <= int(typed) <= len(requests)):
                    return typed
        except OvertakenError:
            return ""
        finally:
            if looking:
                looking.cancel()

    async def _look_out(self, requests: list[Request], changed: asyncio.Event) -> None:
        known = {request.id for request in requests}
        while not changed.is_set():
            await asyncio.sleep(POLL_SECONDS)
            if {str(item["request_id"]) for item in await _waiting(self._client)} != known:
                changed.set()

    async def _decide(self, chosen: Request) -> None:
        person = Person(self._client, self._console)
        try:
            request = await hitl.get(self._client, chosen.id)
            if not request.pending:
                self._console.print(words(f"It is {request.status} by now.", "yellow"))
                return
            answer = await person.decide(request, asyncio.Event())
            if answer is None:
                return
            try:
                status, outcome = await hitl.respond(self._client, request.id, answer)
            except BaseException:
                person.sent(applied=False)
                raise
        except ApiError as error:
            self._console.print(words(str(error), "red"))
            return
        person.sent(applied=True)
        told = "sent; it counts as soon as a worker gets to it" if status == hitl.SUBMITTED else outcome.get("status")
        self._console.print(Text("✓ ", "green") + words(f"{request.stage}: {told}"))


def _table(requests: list[Request]) -> Table:
    table = Table("", "project", "stage", "question", "waits", "expires in", box=None, pad_edge=False)
    now = datetime.now(UTC)
    for number, request in enumerate(requests, 1):
        table.add_row(
            str(number),
            words(request.project_name, longest=40),
            words(request.stage),
            words(request.question, longest=80),
            duration(max(0.0, (now - request.created_at).total_seconds())),
            "paused" if request.deadline_held else duration(max(0.0, (request.expires_at - now).total_seconds())),
        )
    return table
