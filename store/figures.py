"""Figures of all projects, for operators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import LiteralString

from sqlalchemy.ext.asyncio import AsyncConnection

from store.open_workflows import COUNT_PROBLEMS
from store.statement import run

# One statement, on partial indexes: it reads what is open, however many projects there are.
_FIGURES: LiteralString = """
SELECT 'gate' AS of, reason AS name, count(*) AS count,
       extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS seconds
FROM hitl_request WHERE status = 'pending' GROUP BY reason
UNION ALL SELECT 'problem', kind, count, 0 FROM ({problems}) AS problems
""".replace("{problems}", COUNT_PROBLEMS)


@dataclass(slots=True)
class Figures:
    """Open gates by their reason, for how long the oldest has waited, and workflow problems by their kind."""

    gates: dict[str, int] = field(default_factory=dict)
    oldest_gate_seconds: float = 0.0
    workflow_problems: dict[str, int] = field(default_factory=dict)


async def read(connection: AsyncConnection) -> Figures:
    """Return the figures of this moment."""
    figures = Figures()
    for row in await run(connection, _FIGURES, within=None):
        if row.of == "gate":
            figures.gates[row.name] = row.count
            figures.oldest_gate_seconds = max(figures.oldest_gate_seconds, row.seconds)
        else:
            figures.workflow_problems[row.name] = row.count
    return figures
