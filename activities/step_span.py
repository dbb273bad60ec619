"""The span of an agent that runs a step."""

from __future__ import annotations

from contextlib import AbstractContextManager

from models.contracts.handoff import StepInput
from telemetry import genai
from telemetry.span import Attributes, Span
from telemetry.tracing import span


def agent_span(step: StepInput) -> AbstractContextManager[Span]:
    """Trace the work of an agent. The conversation is the task: each attempt continues it."""
    agent = step.handoff.to_agent
    attributes: Attributes = {
        genai.OPERATION_NAME: genai.INVOKE_AGENT,
        genai.AGENT_NAME: agent,
        genai.CONVERSATION_ID: str(step.task_id),
        genai.PROJECT_ID: str(step.project_id),
        genai.STAGE: step.handoff.phase,
        genai.ROUND: step.round,
    }
    return span(f"{genai.INVOKE_AGENT} {agent}", attributes)
