"""One request to a model: plain, or streamed while people watch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import ModelTimeoutError
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import ModelRequestParameters

from crew.model.call_metrics import measured_call
from crew.model.call_slots import CallSlot
from crew.model.clients import ModelClient
from crew.model.incoming import storable_response
from crew.model.live_text import streamed_request
from crew.model.response_check import is_complete, problem_of
from crew.model.spans import chat_span
from crew.watchers import Watchers


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked. `turn` is the number that its response gets in the transcript."""

    client: ModelClient
    messages: Sequence[ModelMessage]
    parameters: ModelRequestParameters
    watchers: Watchers
    turn: int

    async def send(self, slot: CallSlot) -> ModelResponse:
        """Return the response, which may be one that cannot be used. Raises what the provider's client raises."""
        streaming = self.client.streaming
        is_watched = streaming.is_allowed and await self.watchers.are_present()
        with streaming.call(is_watched=is_watched) as slot.streams:
            async with slot:
                response = await self._measured(is_streamed=slot.streams)
        if slot.streams and not is_complete(response):
            streaming.stop(self.client.name, "its responses do not say why they end, or what they used")
        return response

    async def _measured(self, *, is_streamed: bool) -> ModelResponse:
        client = self.client
        with measured_call(client.name) as measured, chat_span(client, self.messages) as traced:
            try:
                async with asyncio.timeout(client.seconds):
                    response = await (self._streamed() if is_streamed else self._plain())
            except TimeoutError as error:  # a provider that sends a byte now and then is never silent for long
                raise ModelTimeoutError(
                    client.name, f"its response was not complete after {client.seconds:g} s", phase="read"
                ) from error
            response = storable_response(response)
            traced.answered(response)
            measured.answered(response, usable=problem_of(response, b"", client.name) is None)
        return response

    async def _streamed(self) -> ModelResponse:
        return await streamed_request(self.client, self.messages, self.parameters, self.watchers, self.turn)

    async def _plain(self) -> ModelResponse:
        return await model_request(
            self.client.model,
            self.messages,
            model_settings=self.client.settings,
            model_request_parameters=self.parameters,
        )
