"""Examples for the OpenAPI document. A test validates each against its schema."""

from __future__ import annotations

from typing import Any

from workflows.client import project_workflow_id, task_workflow_id

PROJECT_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
TASK_ID = "01890a5d-b1a2-7c3e-9a51-6f0e8d1c2b3a"
PROJECT_WORKFLOW_ID = project_workflow_id(PROJECT_ID)
TASK_WORKFLOW_ID = task_workflow_id(TASK_ID)
ARTIFACT_ID = "01890a5d-b2c4-7d10-8e22-1a2b3c4d5e6f"
REQUEST_ID = "01890a5d-b3d6-7e31-9f43-2b3c4d5e6f70"
DECISION_ID = "01890a5e-0a11-7f52-8a64-3c4d5e6f7081"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
EARLIER = "2026-11-23T08:30:00Z"
LATER = "2026-11-23T08:30:02.125000Z"
TOMORROW = "2026-11-24T08:30:02.125000Z"

Json = dict[str, Any]


def page_of(item: Json) -> Json:
    """Return a list with one item."""
    return {"items": [item], "next_cursor": None}
