"""The people who watch a running step, reached through Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.contracts.live_text import LiveCall, LiveText

if TYPE_CHECKING:
    from models.contracts.handoff import StepInput
    from store.live_texts import LiveTexts


class StepWatchers:
    """Implements the `Watchers` protocol of agents over the live texts."""

    def __init__(self, live_texts: LiveTexts, step: StepInput) -> None:
        self._live_texts = live_texts
        self._step = step

    async def are_present(self) -> bool:
        return await self._live_texts.is_watched(self._step.project_id)

    async def show(self, call: LiveCall) -> None:
        step = self._step
        shown = LiveText(
            **call.model_dump(),
            project_id=step.project_id,
            task_id=step.task_id,
            agent_type=step.handoff.to_agent,
            stage=step.handoff.phase,
        )
        await self._live_texts.show(shown)

    async def end(self) -> None:
        await self._live_texts.end(self._step.project_id, self._step.task_id)
