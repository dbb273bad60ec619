"""Examples of tasks."""

from __future__ import annotations

from api.openapi.examples import EARLIER, LATER, TASK_ID, TASK_WORKFLOW_ID, Json

TASK: Json = {
    "task_id": TASK_ID,
    "agent_type": "analyst",
    "stage": "discovery",
    "status": "waiting_for_hitl",
    "round": 1,
    "verdict": None,
    "confidence": 0.9,
    "error": None,
    "attempt": 1,
    "accepted": False,
    "usage": {"model": "rehearsal", "input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0},
    "created_at": EARLIER,
    "updated_at": LATER,
    "workflow_problem": None,
}
SUBMITTED_TASK: Json = {"task_id": TASK_ID, "workflow_id": TASK_WORKFLOW_ID, "status": "submitted"}
