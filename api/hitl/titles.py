"""What a request is about, in one line."""

from __future__ import annotations

from models.contracts.enums import HitlReason
from models.contracts.handoff import ArtifactRef
from models.contracts.tool_permission import ToolCall
from models.tables import HitlRequest

REVIEWS = frozenset({HitlReason.REVIEW, HitlReason.LOW_CONFIDENCE, HitlReason.CHECKPOINT})
"""The reasons whose question is that of the pipeline. The question of another one lists what can be done."""


def title_of(request: HitlRequest) -> str:
    """Return the heading of a request, such as "Coder failed on build" or "Review: Software specification v2"."""
    agent = _spelled_out(request.agent_type)
    match HitlReason(request.reason):
        case HitlReason.FAILED_STEP:
            return f"{agent} failed on {request.stage}"
        case HitlReason.STOPPED:
            return f"{agent} was stopped on {request.stage}"
        case HitlReason.BUDGET:
            return f"{agent} has used up a budget on {request.stage}"
        case HitlReason.TOOL_CALL:
            tool = ToolCall.model_validate(request.tool_call).tool if request.tool_call else "a tool"
            return f"{agent} asks to call {tool} on {request.stage}"
        case HitlReason.FAILED_VERDICT:
            return f"{agent} reports a failure in {request.stage}"
    if not request.artifacts:
        return f"Review: {request.stage}"
    written = (ArtifactRef.model_validate(each) for each in request.artifacts)
    return "Review: " + " and ".join(f"{_spelled_out(each.type)} v{each.version}" for each in written)


def _spelled_out(name: str) -> str:
    """Return "software_specification" as people write it: "Software specification"."""
    return name.replace("_", " ").capitalize()
