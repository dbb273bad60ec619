"""Examples of stops."""

from __future__ import annotations

from api.openapi.examples import EARLIER, LATER, PROJECT_ID, Json

STOP: Json = {
    "stop_id": "01890a5e-1b22-7a63-9b75-4d5e6f708192",
    "scope": "role",
    "project_id": PROJECT_ID,
    "role": "coder",
    "task_id": None,
    "reason": "Its model returns nonsense.",
    "stopped_by": "human",
    "created_at": EARLIER,
    "released_at": None,
    "release_reason": None,
    "released_by": None,
}
RELEASED_STOP: Json = STOP | {
    "released_at": LATER,
    "release_reason": "Another model is configured.",
    "released_by": "human",
}
