"""To which earlier stages a person may send the work from a gate."""

from __future__ import annotations

from collections.abc import Collection

from .enums import HitlReason
from .names import ArtifactType
from .pipeline import Pipeline


def redo_stages(pipeline: Pipeline, name: str, reason: str, inputs: Collection[ArtifactType]) -> tuple[str, ...]:
    """Return the earlier stages to which a response at a stage's gate may send the work, in the pipeline's order.

    They are the stages that this one depends on, and if its step has no result, those that checked its work.

    Args:
        inputs: the types of the artifacts that the stage's task was given.
    """
    found = pipeline.ancestors(name)
    if HitlReason(reason).is_unfinished:
        found = found.union(checking_stages(pipeline, name, inputs))
    return tuple(stage.name for stage in pipeline.stages if stage.name in found)


def checking_stages(pipeline: Pipeline, name: str, inputs: Collection[ArtifactType]) -> tuple[str, ...]:
    """Return the stages whose output its earlier result was checked against.

    A failed verdict sends its report with the work: such a report is among the inputs, and is none of what the stage
    consumes. The stages are those that the verdict depends on, and this stage and its own inputs do not.
    """
    if not set(pipeline.stage(name).produces).intersection(inputs):
        return ()  # it has no earlier result
    upstream = pipeline.ancestors(name)
    reports = [
        stage.name for stage in pipeline.stages if set(stage.produces).intersection(inputs) and stage.name != name
    ]
    found = {one for report in reports if report not in upstream for one in pipeline.ancestors(report)}
    beside = {one for one in found - upstream - {name} if name not in pipeline.ancestors(one)}
    return tuple(stage.name for stage in pipeline.stages if stage.name in beside)
