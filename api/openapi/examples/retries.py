"""Examples of retries."""

from __future__ import annotations

from api.openapi.examples import LATER, PROJECT_ID, Json

RETRY: Json = {"number": 1, "from_stage": "build", "comment": "Use SQLite this time.", "by": "Ada", "at": LATER}
PROJECT_RETRY: Json = {"project_id": PROJECT_ID, "retry": RETRY}
RETRY_CHOICES: Json = {
    "project_id": PROJECT_ID,
    "default": "validate",
    "stages": [
        {"stage": "build", "agent_type": "coder", "reopens": ["validate", "launch"]},
        {"stage": "validate", "agent_type": "tester", "reopens": ["launch"]},
    ],
}
