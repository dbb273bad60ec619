"""Examples of workflows and their problems."""

from __future__ import annotations

from api.openapi.examples import EARLIER, LATER, PROJECT_ID, PROJECT_WORKFLOW_ID, Json

WORKFLOW_CHANGE: Json = {
    "workflow_id": PROJECT_WORKFLOW_ID,
    "project_id": PROJECT_ID,
    "task_id": None,
    "requested": "restart",
}
WORKFLOW_PROBLEM: Json = {
    "kind": "missing",
    "detail": "Temporal has no such workflow.",
    "since": LATER,
    "workflow_id": PROJECT_WORKFLOW_ID,
    "project_id": PROJECT_ID,
    "task_id": None,
    "project_name": "URL shortener",
    "project_status": "waiting",
}
WORKFLOW: Json = {
    "project_id": PROJECT_ID,
    "workflow_id": PROJECT_WORKFLOW_ID,
    "run_id": "01890a5d-ac99-7b6d-8c1f-5e6f70819203",
    "status": "running",
    "history_length": 23,
    "started_at": EARLIER,
    "closed_at": None,
    "url": f"http://127.0.0.1:8233/namespaces/default/workflows/{PROJECT_WORKFLOW_ID}",
}
