"""What a project has used so far, read over REST."""

from __future__ import annotations

from dataclasses import dataclass, field

from cli.client.http import Client, Json
from models.contracts.enums import TaskStatus


@dataclass(frozen=True, slots=True)
class EvalUsage:
    """What a crew used. `rounds` is how often its most repeated stage ran, `turns` counts the responses of models, and
    `cost_usd` is in US dollars. Responses that were discarded are in it, as they were paid for."""

    rounds: int = 0
    turns: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: EvalUsage) -> EvalUsage:
        return EvalUsage(
            self.rounds + other.rounds,
            self.turns + other.turns,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost_usd + other.cost_usd,
        )


@dataclass(slots=True)
class UsageReader:
    """Reads the transcripts of a project's tasks; those of tasks that have ended, once."""

    client: Client
    project_id: str
    last: EvalUsage = EvalUsage()
    """What was used at the last reading."""

    _ended: dict[str, EvalUsage] = field(default_factory=dict)

    async def read(self) -> EvalUsage:
        """Return what the project has used.

        Raises:
            ApiError, NoApiError: as all calls of the client.
        """
        tasks = (await self.client.get(f"/projects/{self.project_id}/status"))["tasks"]
        total = EvalUsage(rounds=max((task["round"] for task in tasks), default=0))
        for task in tasks:
            total += await self._used_by(task)
        self.last = total
        return total

    async def _used_by(self, task: Json) -> EvalUsage:
        id = task["task_id"]
        if id in self._ended:
            return self._ended[id]
        transcript = await self.client.get(f"/tasks/{id}/transcript")
        used = EvalUsage(
            turns=len(transcript["turns"]),
            input_tokens=transcript["input_tokens"],
            output_tokens=transcript["output_tokens"],
            cost_usd=transcript["cost_usd"],
        )
        if TaskStatus(task["status"]).is_final:
            self._ended[id] = used
        return used
