"""A call whose response is read while the model writes it, so that people can watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import ModelRequestParameters

from crew.model.clients import ModelClient
from crew.model.written_text import WrittenText
from crew.watchers import Watchers
from models.contracts.live_text import LiveCall

SHOWN_SECONDS = 0.25
"""How often a text is shown at most."""

KEPT_ALIVE_SECONDS = 15.0
"""How often it is shown again while the model writes nothing: Redis forgets it after a minute."""

MAX_TEXT = 128 * 1024
"""Characters of a response that are shown."""

END_SECONDS = 0.5
"""How long the step waits until the end is shown."""


async def streamed_request(
    client: ModelClient,
    messages: Sequence[ModelMessage],
    parameters: ModelRequestParameters,
    watchers: Watchers,
    turn: int,
) -> ModelResponse:
    """Ask a model, and show what it writes until its response is complete.

    Raises:
        Exception: whatever a plain request raises. Of a ModelAPIError, `in_stream` says whether a response had begun,
            which the provider may bill.
    """
    has_begun = False
    stream = model_request_stream(
        client.model, list(messages), model_settings=client.settings, model_request_parameters=parameters
    )
    try:
        async with stream as events:
            shown = _Shown(watchers, client.secrets, turn)
            async with shown.while_written():
                async for event in events:
                    has_begun = True
                    shown.add(event)
        return events.get()
    except ModelAPIError as error:
        error.in_stream = has_begun
        raise


class _Shown:
    """A text that is shown as it grows: at once when it begins, and then every SHOWN_SECONDS."""

    def __init__(self, watchers: Watchers, secrets: Sequence[str], turn: int) -> None:
        self._watchers = watchers
        self._written = WrittenText(secrets)
        self._call, self._turn = uuid4(), turn
        self._has_grown, self._is_complete = asyncio.Event(), asyncio.Event()

    def add(self, event: object) -> None:
        """Add what an event of the stream brings."""
        if self._written.add(event):
            self._has_grown.set()

    @asynccontextmanager
    async def while_written(self) -> AsyncIterator[None]:
        showing = asyncio.create_task(self._show())
        try:
            yield
        finally:
            self._is_complete.set()
            self._has_grown.set()
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(END_SECONDS):
                        await asyncio.wait([showing])  # if it were cancelled, Redis could carry out the end first
                        await self._watchers.end()
            finally:
                showing.cancel()

    async def _show(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._is_complete.is_set():
            await _wait(self._has_grown, KEPT_ALIVE_SECONDS)
            self._has_grown.clear()
            started = loop.time()
            if await self._watchers.are_present():
                await self._watchers.show(self._so_far())
            await _wait(self._is_complete, started + SHOWN_SECONDS - loop.time())

    def _so_far(self) -> LiveCall:
        text = self._written.text()
        is_cut = len(text) > MAX_TEXT
        return LiveCall(call=self._call, turn=self._turn, tool=self._written.tool, text=text[:MAX_TEXT], is_cut=is_cut)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, or that time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
