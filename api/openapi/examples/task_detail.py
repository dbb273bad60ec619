"""Examples of one task with what it read and wrote."""

from __future__ import annotations

from api.openapi.examples import PROJECT_ID, PROJECT_WORKFLOW_ID, Json
from api.openapi.examples.artifacts import ARTIFACT, BRIEF
from api.openapi.examples.tasks import TASK

TASK_DETAIL: Json = TASK | {
    "project_id": PROJECT_ID,
    "workflow_id": PROJECT_WORKFLOW_ID,
    "standalone_task_id": None,
    "from_agent": None,
    "instructions": "Describe what is delivered, and to whom.",
    "feedback": None,
    "expected_outputs": ["project_plan"],
    "priority": 1,
    "context": [BRIEF],
    "artifacts": [ARTIFACT],
}
