"""Examples of a project's decisions."""

from __future__ import annotations

from api.openapi.examples import Json
from api.openapi.examples.hitl import DECISION, REQUEST

_ABOUT = ("request_id", "task_id", "agent_type", "stage", "round", "question", "reason", "artifacts")

PROJECT_DECISION: Json = DECISION | {name: REQUEST[name] for name in _ABOUT}
