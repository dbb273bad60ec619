"""Examples of projects: in lists, whole, and their logs."""

from __future__ import annotations

from api.openapi.examples import EARLIER, LATER, PROJECT_ID, REQUEST_ID, TOMORROW, Json
from api.openapi.examples.hitl import REQUEST
from api.openapi.examples.pipelines import PIPELINE
from api.openapi.examples.tasks import TASK

OTHER_PROJECT_ID = "01890a5d-b0c1-7d2e-8f30-415263748596"

WAITING_FOR: Json = {
    "request_id": REQUEST_ID,
    "stage": "discovery",
    "agent_type": "analyst",
    "question": "Is this the right project?",
    "since": LATER,
    "expires_at": TOMORROW,
}
PROJECT: Json = {
    "id": PROJECT_ID,
    "name": "URL shortener",
    "owner": "Ada",
    "tags": ["web"],
    "archived_at": None,
    "kept_at": None,
    "parent": None,
    "pipeline": "software-delivery",
    "oversight": "medium",
    "crew": "rehearsal",
    "is_rehearsal": True,
    "model": None,
    "status": "waiting",
    "phase": "discovery",
    "progress": {"done": 0, "total": 7},
    "open_requests": 1,
    "waiting_for": WAITING_FOR,
    "working": [],
    "spent": {"usd": 0, "tokens": 0, "seconds": 0},
    "reason": None,
    "created_at": EARLIER,
    "updated_at": LATER,
    "ended_at": None,
    "workflow_problem": None,
}
WHOLE_PROJECT: Json = PROJECT | {
    "description": "# URL shortener\n\n- Shorten a URL.\n",
    "pipeline_definition": PIPELINE,
    "checkpoint_after": 10,
    "head": 9,
    "kept_by": None,
    "children": [
        {"project_id": OTHER_PROJECT_ID, "kind": "duplicate", "name": "URL shortener, again", "status": "active"}
    ],
    "retries": [],
}
NEW_PROJECT: Json = PROJECT | {
    "status": "starting",
    "phase": None,
    "open_requests": 0,
    "waiting_for": None,
    "updated_at": EARLIER,
}
PROGRESS: Json = {
    "project_id": PROJECT_ID,
    "status": "waiting",
    "phase": "discovery",
    "reason": None,
    "progress": {"done": 0, "total": 7},
    "tasks": [TASK],
    "open_requests": [REQUEST],
}
PROJECT_COUNTS: Json = {
    "statuses": {"active": 2, "completed": 5},
    "owners": [{"value": "Ada", "count": 4}],
    "tags": [{"value": "web", "count": 3}],
    "archived": 1,
    "capped": [],
}
PAUSING: Json = {"project_id": PROJECT_ID, "requested": "pause", "status": "active"}
EVENTS: Json = {
    "items": [
        {
            "event_type": "workflow_event",
            "seq": 1,
            "project_id": PROJECT_ID,
            "task_id": None,
            "agent_type": None,
            "data": {"name": "URL shortener", "status": "starting"},
            "timestamp": EARLIER,
        }
    ],
    "next_cursor": "1",
    "head": 9,
}
