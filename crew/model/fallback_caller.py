"""Asks the models of a step, one after the other, until one answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic_ai.messages import ModelMessage, ModelResponse

from crew.model.clients import ModelClient
from crew.model.failures import TryAnotherModelError
from crew.model.limiter.limiter import StepLimiter
from crew.model.model_call import ModelCaller
from crew.model.model_list import ModelList, all_failed
from crew.model.tool import Tool
from crew.model.transcript_cursor import TranscriptCursor, dump
from crew.protocol import AgentError, Step
from crew.transcript import EntryKind


class FallbackCaller:
    """Calls the models of one step. Which one failed, and why, is stored in the transcript, so that a later attempt
    asks the one that was asked instead."""

    def __init__(
        self, models: ModelList, tools: Sequence[Tool], cursor: TranscriptCursor, step: Step, limiter: StepLimiter
    ) -> None:
        self._models = models
        self._tools = tools
        self._cursor = cursor
        self._step = step
        self._limiter = limiter
        self._callers: dict[str, ModelCaller] = {}

    async def ask(
        self, messages: Callable[[ModelClient], Sequence[ModelMessage]], limit_usd: float
    ) -> tuple[ModelResponse, ModelClient]:
        """Return a response, which is stored, and the model that gave it.

        Args:
            messages: returns the conversation as a model is shown it.
            limit_usd: what the step may spend in all.

        Raises:
            AgentError: no model has answered, or the response cannot be used.
            BudgetExhaustedError: a budget is exhausted.
        """
        failures: list[AgentError] = []
        names = tuple(self._models.from_current())
        for name in names:
            if failures:
                await self._fall_back(failures[-1], name)
            try:
                client = self._models.client(name)
            except AgentError as error:
                failures.append(error)
                continue
            try:
                return await self._caller(client).ask(messages(client), limit_usd, has_other=name != names[-1]), client
            except TryAnotherModelError as error:
                failures.append(error)
        raise all_failed(failures)

    def _caller(self, client: ModelClient) -> ModelCaller:
        if client.name not in self._callers:
            self._callers[client.name] = ModelCaller(client, self._tools, self._cursor, self._step, self._limiter)
        return self._callers[client.name]

    async def _fall_back(self, failure: AgentError, name: str) -> None:
        """Ask another model from now on."""
        await self._cursor.add(
            EntryKind.FAILED_CALL,
            dump([{"parts": [], "fallback": name}]),
            asked_for=self._models.current,
            discarded=str(failure),
        )
        self._models.current = name
        await self._step.progress(f"asking {name} instead: {failure}")
