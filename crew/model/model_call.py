"""One call of a model: reserved in the budget before it, tried again if the server has a problem, checked after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import ModelAPIError, ModelConnectionError
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse

from crew.model import context
from crew.model.call_slots import call_slot
from crew.model.clients import ModelClient
from crew.model.failures import TRANSIENT, failure_of, refusal
from crew.model.redaction import redacted_response
from crew.model.tool import Tool
from crew.protocol import AgentError, BudgetExhaustedError, Step

RETRY_DELAYS = (1.0, 4.0, 16.0)
"""Seconds between the tries of a call whose server has a problem."""

MAX_RESPONSE = 1024 * 1024
"""Bytes of a response, as JSON."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that can be used, as JSON too. Storing it settles its `reservation`. Cost in US dollars."""

    response: ModelResponse
    body: bytes
    cost_usd: float
    seconds: float
    reservation: UUID


class ModelCaller:
    """Calls one model for one step."""

    def __init__(self, client: ModelClient, tools: Sequence[Tool], step: Step) -> None:
        self._client = client
        self._parameters = client.dialect.parameters(tools)
        self._step = step

    async def ask(self, messages: Sequence[ModelMessage], spent_usd: float, limit_usd: float) -> Answer:
        """Return the model's response.

        Args:
            spent_usd: what the step has spent of its `limit_usd`.

        Raises:
            AgentError: the model failed, or its response cannot be used.
            BudgetExhaustedError: the budget of the step or the day is exhausted.
        """
        client, transcript = self._client, self._step.transcript
        fitting = context.fit(messages, client.context_tokens - client.max_output_tokens)
        at_most = client.price.at_most(context.count(fitting), client.max_output_tokens)
        if spent_usd + at_most > limit_usd:
            raise BudgetExhaustedError(
                f"it has spent {spent_usd:.2f} of its {limit_usd:.2f} USD, and the next turn may cost {at_most:.2f}."
            )
        started = time.monotonic()
        response, reservation = await self._try(fitting, at_most)
        cost, body = client.price.of(response.usage), ModelMessagesTypeAdapter.dump_json([response])
        if problem := _problem(response, body, client.name):
            await transcript.release(reservation, cost)
            raise problem
        clean = redacted_response(body, client.secrets)
        if clean != body:
            (said,) = ModelMessagesTypeAdapter.validate_json(clean)
            assert isinstance(said, ModelResponse)
            response = said
        return Answer(response, clean, cost, time.monotonic() - started, reservation)

    async def _try(self, messages: list[ModelMessage], at_most: float) -> tuple[ModelResponse, UUID]:
        """Ask, again if the server has a problem. Return the response, and the reservation of the try that got it."""
        client, transcript = self._client, self._step.transcript
        delays = iter(RETRY_DELAYS)
        while True:
            reservation = await transcript.reserve(at_most)
            try:
                return await self._call(messages), reservation
            except asyncio.CancelledError:
                # What the provider bills is unknown: book all of it.
                await asyncio.shield(transcript.release(reservation, at_most))
                raise
            except Exception as error:
                await transcript.release(reservation, 0.0 if _is_free(error) else at_most)
                delay = next(delays, None) if isinstance(error, TRANSIENT) else None
                if delay is None:
                    raise failure_of(error, client.name, client.secrets) from error
            await self._step.progress(f"waiting for {client.name}, which does not answer")
            await asyncio.sleep(delay)

    async def _call(self, messages: list[ModelMessage]) -> ModelResponse:
        async with call_slot(self._client.slots):
            return await model_request(
                self._client.model,
                messages,
                model_settings=self._client.settings,
                model_request_parameters=self._parameters,
            )


def _is_free(error: Exception) -> bool:
    """Return whether a failed call costs nothing: the provider said what is wrong, or was never reached."""
    is_sent = isinstance(error, ModelConnectionError) and error.phase not in ("pool", "connect")
    return isinstance(error, ModelAPIError) and not is_sent


def _problem(response: ModelResponse, body: bytes, model: str) -> AgentError | None:
    """Return why a response cannot be used at all, or None."""
    if response.finish_reason == "content_filter":
        return refusal(model)
    # pydantic_ai replaces a missing reason by "stop" for OpenAI's API, where only the details show what was said.
    shows_reason = response.provider_url is not None and response.provider_name != "anthropic"
    reason = (response.provider_details or {}).get("finish_reason") if shows_reason else response.finish_reason
    if reason is None:
        return AgentError(f"{model} did not say why its response ended; it was probably cut off.")
    if len(body) > MAX_RESPONSE:
        return AgentError(f"{model} returned {len(body):,} bytes; at most {MAX_RESPONSE:,} are read.")
    return None
