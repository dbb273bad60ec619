"""What projects of a pipeline have cost and how long their models worked, as an estimate for the next one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from store.statement import run

NEWEST = 50
"""How many projects count: prices, prompts and the pipeline itself change."""

LOOKED_AT = 200
"""Among how many of the newest projects that asked models they are looked for, so that a read ends however many there
are."""

ENOUGH = 3
"""The number of projects of which a median says something."""

# A rehearsal spends nothing.
_ESTIMATE: LiteralString = """
WITH asked AS MATERIALIZED (
    SELECT project_id, spent_usd, spent_seconds FROM budget
    WHERE project_id IS NOT NULL AND scope = 'project:' || project_id AND (spent_usd > 0 OR spent_tokens > 0)
        AND (%(within)s::uuid[] IS NULL OR project_id = ANY(%(within)s::uuid[]))
    ORDER BY project_id DESC LIMIT %(looked_at)s
), earlier AS (
    SELECT spent_usd, spent_seconds FROM asked JOIN project ON project.id = project_id
    WHERE project.status = 'completed' AND project.pipeline->>'name' = %(pipeline)s
        AND (%(model)s::text IS NULL OR project.model = %(model)s)
    ORDER BY project.id DESC LIMIT %(newest)s
)
SELECT count(*) AS projects,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY spent_usd) AS median_usd,
       min(spent_usd) AS least_usd, max(spent_usd) AS most_usd,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY spent_seconds) AS median_seconds,
       min(spent_seconds) AS least_seconds, max(spent_seconds) AS most_seconds
FROM earlier
"""


async def of_pipeline(
    connection: AsyncConnection, pipeline: str, model: str | None, within: Collection[UUID] | None = None
) -> tuple[Any, str | None]:
    """Return the median and the range of cost and working time of the newest completed projects of a pipeline that
    asked models, and their number; and the model that they asked: the given one if there are enough of them, or None
    for any. Only projects in `within` count, if it is not None."""
    values = {"pipeline": pipeline, "within": None if within is None else list(within)}
    for one in dict.fromkeys((model, None)):
        (row,) = await run(connection, _ESTIMATE, **values, model=one, newest=NEWEST, looked_at=LOOKED_AT)
        if row.projects >= ENOUGH:
            break
    return row, one
