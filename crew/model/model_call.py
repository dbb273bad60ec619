"""One call of a model: reserved in the budget before it, tried again if the server has a problem, checked after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

import structlog
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse

from crew.model import context
from crew.model.call_slots import CallSlot
from crew.model.cancellation import briefly, even_if_cancelled
from crew.model.clients import ModelClient
from crew.model.failures import (
    TryAnotherModelError,
    another_may_answer,
    failure_of,
    is_free,
    is_gateway_timeout,
    is_rejected,
    is_timeout,
    is_transient,
    is_unreadable,
)
from crew.model.incoming import is_plausible
from crew.model.limiter.limiter import StepLimiter, Turn
from crew.model.redaction import redacted_response
from crew.model.request import Request
from crew.model.response_check import MAX_RESPONSE, problem_of
from crew.model.tool import Tool
from crew.model.transcript_cursor import TranscriptCursor
from crew.protocol import AgentError, BudgetExhaustedError, Step
from crew.transcript import EntryKind
from models.contracts.budget import Amounts
from models.contracts.enums import WaitReason
from models.contracts.event_data import StepWait

log = structlog.get_logger(__name__)

RETRY_DELAYS = (1.0, 4.0, 16.0)
"""Seconds between the tries of a call whose server has a problem."""


class _Asked(NamedTuple):
    """A response, with the reservation and the turn of its call, and how long the call took."""

    response: ModelResponse
    reservation: UUID
    turn: Turn
    seconds: float


class ModelCaller:
    """Calls one model for one step. Whatever may have been paid is stored in the transcript, whether it can be used or
    not."""

    def __init__(
        self,
        client: ModelClient,
        tools: Sequence[Tool],
        cursor: TranscriptCursor,
        step: Step,
        limiter: StepLimiter,
    ) -> None:
        self._client = client
        self._parameters = client.dialect.parameters(tools)
        self._tools_tokens = context.count_tools(self._parameters.function_tools)
        self._cursor = cursor
        self._step = step
        self._limiter = limiter

    async def ask(
        self, messages: Sequence[ModelMessage], limit_usd: float, *, has_other: bool = False
    ) -> ModelResponse:
        """Return the model's response, which is stored.

        Args:
            limit_usd: what the step may spend in all.
            has_other: whether another model can be asked if this one fails.

        Raises:
            AgentError: the model failed, or its response cannot be used.
            BudgetExhaustedError: a budget is exhausted.
            StoppedError: a person has stopped the step.
        """
        client = self._client
        fitting = context.fit(messages, client.context_tokens - client.max_output_tokens - self._tools_tokens)
        input_tokens = context.count(fitting) + self._tools_tokens
        max_cost = client.price.max_cost(input_tokens, client.max_output_tokens)
        needs = Amounts(usd=max_cost, tokens=input_tokens + client.max_output_tokens, seconds=client.seconds)
        asked = await self._try(fitting, input_tokens, needs, limit_usd, has_other)
        response = asked.response
        body = ModelMessagesTypeAdapter.dump_json([response])
        problem = problem_of(response, body, client.name)
        if len(body) > MAX_RESPONSE:
            body = ModelMessagesTypeAdapter.dump_json([replace(response, parts=[])])
        clean = redacted_response(body, client.secrets)
        if clean != body:
            (said,) = ModelMessagesTypeAdapter.validate_json(clean)
            assert isinstance(said, ModelResponse)
            response = said
        await even_if_cancelled(
            self._cursor.add(
                EntryKind.RESPONSE,
                clean,
                settles=asked.reservation,
                asked_for=client.name,
                model=response.model_name,
                input_tokens=response.usage.input_tokens,
                output_tokens=response.usage.output_tokens,
                cached_tokens=response.usage.cache_read_tokens,
                cost_usd=client.price.of(response.usage) if is_plausible(response.usage) else max_cost,
                seconds=asked.seconds,
                discarded=str(problem) if problem else None,
            )
        )
        await self._limiter.settle(asked.turn, response.usage.total_tokens)
        if problem:
            raise problem
        return response

    async def _try(
        self, messages: list[ModelMessage], input_tokens: int, needs: Amounts, limit_usd: float, has_other: bool
    ) -> _Asked:
        """Ask, again if the server has a problem. Return what the try that got a response had and used."""
        client, transcript, max_cost = self._client, self._step.transcript, needs.usd
        delays = iter(RETRY_DELAYS)
        failure: AgentError | None = None
        while True:
            try:
                reservation, turn = await self._admit(needs, limit_usd)
            except BudgetExhaustedError:
                if failure is None or not has_other:
                    raise
                raise TryAnotherModelError(str(failure)) from None  # which may cost less
            slot, started = CallSlot(client.slots), time.monotonic()
            try:
                response = await self._call(messages, slot)
                return _Asked(response, reservation, turn, time.monotonic() - started)
            except asyncio.CancelledError:
                if slot.was_held:  # what the provider bills is unknown: book all of it
                    await briefly(self._book_cancelled(reservation, max_cost, started))
                else:
                    await briefly(self._withdraw(reservation, turn))
                raise
            except Exception as error:
                failure = failure_of(error, client.name, client.secrets)
                if is_free(error):
                    await even_if_cancelled(transcript.release(reservation))
                    await self._limiter.settle(turn, 0)
                    if failure.retry_after is not None:
                        await self._limiter.refuse(turn, failure.retry_after.total_seconds())
                else:
                    cost = client.price.max_cost(input_tokens, 0) if is_gateway_timeout(error) else max_cost
                    await even_if_cancelled(self._book(reservation, cost, started, str(failure)))
                    if not is_transient(error):
                        log.warning("response_unreadable", model=client.name, exc_info=True)
                if slot.streams and is_unreadable(error):
                    client.streaming.stop(client.name, str(failure))
                if slot.streams and is_rejected(error):  # an equal request that is not to be streamed may be accepted
                    client.streaming.stop(client.name, str(failure))
                    continue
                delay = next(delays, None) if is_transient(error) else None
                if is_timeout(error) and has_other:
                    delay = None  # it took all the time that a call may take, and was paid for
                if delay is None:
                    if another_may_answer(error):
                        failure = TryAnotherModelError(str(failure), retryable=failure.retryable)
                    raise failure from error
            wait = StepWait(reason=WaitReason.RETRY, seconds=delay)
            await self._step.progress(f"waits {delay:.0f} s, then asks again: {failure}", wait=wait)
            await asyncio.sleep(delay)

    async def _admit(self, needs: Amounts, limit_usd: float) -> tuple[UUID, Turn]:
        """Reserve what a call may use, and take its turn. Return both.

        Nothing is reserved while it waits for its turn: a queue would use up the budget of those that can be asked, and
        be booked as calls whose worker died.
        """
        transcript, limiter, client = self._step.transcript, self._limiter, self._client
        reservation = await self._reserve(needs, limit_usd)
        try:
            turn = await limiter.try_turn(client.limited, needs.tokens)
        except BaseException:
            await briefly(transcript.release(reservation))
            raise
        if turn is not None:
            return reservation, turn
        await even_if_cancelled(transcript.release(reservation))
        turn = await limiter.wait(client.name, client.limited, needs.tokens)
        try:
            return await self._reserve(needs, limit_usd), turn
        except BaseException:
            await limiter.give_back(turn)
            raise

    async def _withdraw(self, reservation: UUID, turn: Turn) -> None:
        """Return the reservation and the turn of a call that was not made."""
        await self._step.transcript.release(reservation)
        await self._limiter.give_back(turn)

    async def _reserve(self, needs: Amounts, limit_usd: float) -> UUID:
        try:
            return await self._step.transcript.reserve(needs, limit_usd)
        except BudgetExhaustedError as error:
            raise BudgetExhaustedError(f"{error}{self._cursor.used.last_problem}", error.shortage) from None

    async def _book(self, reservation: UUID, cost_usd: float, started: float, problem: str) -> None:
        """Store a call that returned nothing, with the most that it may have cost."""
        await self._cursor.add(
            EntryKind.FAILED_CALL,
            b"{}",
            settles=reservation,
            asked_for=self._client.name,
            cost_usd=cost_usd,
            seconds=time.monotonic() - started,
            discarded=problem,
        )

    async def _book_cancelled(self, reservation: UUID, cost_usd: float, started: float) -> None:
        await self._book(reservation, cost_usd, started, "The call was cancelled.")
        # What ended the call was recorded before, and clients read what was spent when they learned of it.
        await self._step.progress(f"its call of {self._client.name} was cancelled")

    async def _call(self, messages: list[ModelMessage], slot: CallSlot) -> ModelResponse:
        request = Request(self._client, messages, self._parameters, self._step.watchers, self._cursor.used.calls + 1)
        return await request.send(slot)
