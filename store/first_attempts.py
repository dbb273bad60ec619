"""The first attempt of a step: one statement reads what it needs, and one records its result.

That is the usual case. Whatever else may be is left to `steps` and its transaction, and the statement writes nothing: a
gate asks, the task was cancelled or has started again, its project was halted, another version was written meanwhile. A
short step has no record before its end, so its task is inserted in its final state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from uuid_utils.compat import uuid7

from models.contracts.handoff import ArtifactRef, StepInput
from store import artifacts, inputs, step_conditions, steps, version_statements
from store.inputs import Input
from store.statement import run, with_statuses
from store.transaction import Changes, Store, flush_after

# One row at least, as long as the database has the brief.
_READ: LiteralString = """
WITH known AS (
    SELECT {conditions},
           (SELECT jsonb_object_agg(newest.type, newest.version) FROM (
                SELECT type, max(version) AS version FROM artifact
                WHERE project_id = %(project_id)s AND type = ANY(%(types)s) AND name = type GROUP BY type
            ) AS newest) AS versions
)
SELECT found.*, known.* FROM known, ({inputs}) AS found
""".replace("{conditions}", step_conditions.ANY).replace("{inputs}", inputs.READ)

_INSERT: LiteralString = with_statuses("""
    INSERT INTO task (id, project_id, workflow_id, agent_type, stage, round, status, accepted, verdict, confidence,
                      usage, continued, starts, attempt, failures, handoff, feedback, created_at, updated_at)
    SELECT %(task_id)s, %(project_id)s, %(workflow_id)s, %(agent_type)s, %(stage)s, %(round)s, %(task_status)s,
           %(task_accepted)s, %(verdict)s, %(confidence)s, %(usage)s, 0, 1, 1, 0, %(handoff)s::jsonb, %(feedback)s,
           clock_timestamp(), clock_timestamp()
    FROM project WHERE id = %(project_id)s AND status NOT IN {halted_project_statuses}
        AND NOT EXISTS (SELECT FROM task WHERE id = %(task_id)s)
    RETURNING id
""")

_IS_ENDED: LiteralString = "EXISTS (SELECT FROM ended)"

# The project's row comes last, as in a transaction, so that neither waits for the other.
_END: LiteralString = flush_after(
    "ended AS ({task}), {versions}".replace("{versions}", version_statements.write(_IS_ENDED)),
    "{is_ended} AND (SELECT count(*) FROM written) >= 0".replace("{is_ended}", _IS_ENDED),
)
_END_SHORT: LiteralString = _END.replace("{task}", _INSERT)
_END_LONG: LiteralString = _END.replace("{task}", steps.FINISH)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a step reads as it begins: its inputs, and the newest version of each of its outputs."""

    inputs: list[Input]
    versions: Mapping[str, int]


async def begin(store: Store, step: StepInput) -> Beginning | None:
    """Read what a step needs. Return None if a stop may hold it, people have given the crew something, or inputs are
    missing."""
    handoff = step.handoff
    async with store.reading() as connection:
        rows = await run(
            connection,
            _READ,
            project_id=step.project_id,
            types=[str(each) for each in handoff.expected_outputs],
            ids=list(handoff.context_ids),
            origin_id=step.project_id,
        )
        if not rows or rows[0].is_stopped or rows[0].is_given:
            return None
        found = await inputs.of_rows(connection, step.project_id, step.crew, handoff.context_ids, rows)
    return Beginning(found, rows[0].versions or {})


async def end(
    store: Store,
    step: StepInput,
    beginning: Beginning,
    start: int,
    workflow_id: str,
    result: steps.TaskResult,
    versions: Sequence[artifacts.NewVersion],
) -> tuple[ArtifactRef, ...] | None:
    """Record the result of a start of a step, about which no gate asks. Return its artifacts, or None if `steps` has
    to record it."""
    changes = Changes(step.project_id)
    if step.short:
        steps.record_start(changes, step)
    ids = [uuid7() for _ in versions]
    numbers = [beginning.versions.get(str(version.type), 0) + 1 for version in versions]
    refs = tuple(map(artifacts.record_version, [changes] * len(ids), ids, versions, numbers))
    steps.record_result(changes, step, result, refs, waits=False)
    handoff = step.handoff
    is_recorded = await store.apply(
        changes,
        _END_SHORT if step.short else _END_LONG,
        task_id=step.task_id,
        start=start,
        workflow_id=workflow_id,
        agent_type=handoff.to_agent,
        stage=handoff.phase,
        round=step.round,
        handoff=handoff.model_dump_json() if step.short else None,
        feedback=step.feedback,
        **steps.values_of(result, waits=False),
        **artifacts.values_of(ids, versions, numbers),
    )
    return refs if is_recorded else None
