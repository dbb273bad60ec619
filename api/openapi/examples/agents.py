"""Examples of agents and their providers."""

from __future__ import annotations

from api.openapi.examples import LATER, TASK_ID, Json

AGENT_STATE: Json = {
    "agent_type": "analyst",
    "status": "waiting_for_hitl",
    "task_id": TASK_ID,
    "updated_at": LATER,
}
AGENT: Json = {
    "agent_type": "analyst",
    "description": "Reads the brief and specifies what is wanted.",
    "provider": "rehearsal",
}
PROVIDER: Json = {
    "name": "rehearsal",
    "description": "Plays every role offline. No model is asked.",
    "is_rehearsal": True,
    "is_default": True,
    "default_model": None,
}
