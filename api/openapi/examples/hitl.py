"""Examples of requests and decisions."""

from __future__ import annotations

from api.openapi.examples import DECISION_ID, LATER, PROJECT_ID, REQUEST_ID, TASK_ID, TOMORROW, Json
from api.openapi.examples.artifacts import ARTIFACT_CONTENT, REFERENCE
from api.openapi.examples.task_detail import TASK_DETAIL

SUBJECT = "b5b234fdda119b23b2f7fea3a40e68f86c313983dda99dd0bc96428a4f2dcc2a"

REQUEST: Json = {
    "request_id": REQUEST_ID,
    "project_id": PROJECT_ID,
    "task_id": TASK_ID,
    "agent_type": "analyst",
    "stage": "discovery",
    "round": 1,
    "title": "Review: Project plan v1",
    "question": "Is this the right project?",
    "cause": None,
    "reason": "review",
    "status": "pending",
    "artifacts": [REFERENCE],
    "may_redo": True,
    "may_continue": False,
    "needs_person": False,
    "supplies": None,
    "shortage": None,
    "tool_call": None,
    "decision_id": None,
    "created_at": LATER,
    "expires_at": TOMORROW,
    "decided_at": None,
    "at_expiry": {"effect": "fails", "words": "the project fails"},
    "subject_hash": SUBJECT,
    "approvals": {"need": 1, "from": [{"group": "security", "user": None}], "allow_services": False},
}
ELIGIBILITY: Json = {"may_decide": False, "reason": "Only the group security may decide here."}
PENDING_REQUEST: Json = REQUEST | {
    "project_name": "URL shortener",
    "eligibility": ELIGIBILITY,
    "deadline_held": False,
}
DECISION: Json = {
    "decision_id": DECISION_ID,
    "action": "approve",
    "comment": None,
    "content_hash": None,
    "artifact_id": None,
    "redo": None,
    "raise_by": None,
    "responder": "human",
    "outcome": "applied",
    "explanation": None,
    "subject_hash": SUBJECT,
    "legacy": False,
    "responded_at": LATER,
    "recorded_at": LATER,
}
ACTIONS: list[Json] = [
    {
        "key": "approve",
        "label": "Approve",
        "effect": "The result is accepted as it is.",
        "action": "approve",
        "needs": None,
        "redo_stages": [],
    },
    {
        "key": "reject_and_end",
        "label": "Reject and end project",
        "effect": "The project ends as rejected. This is final.",
        "action": "reject",
        "needs": "comment",
        "redo_stages": [],
    },
]
WHOLE_REQUEST: Json = REQUEST | {
    "actions": ACTIONS,
    "eligibility": {"may_decide": True, "reason": None},
    "log": None,
    "redo_default": "discovery",
    "redo_stages": [],
    "task": TASK_DETAIL,
    "history": [DECISION],
    "extensions": [],
    "contents": [ARTIFACT_CONTENT],
}
RESPONSE: Json = {
    "request_id": REQUEST_ID,
    "decision_id": DECISION_ID,
    "outcome": "applied",
    "status": "approved",
}
SUBMITTED_RESPONSE: Json = RESPONSE | {"outcome": None, "status": "submitted"}
EXTENSION: Json = {
    "request_id": REQUEST_ID,
    "extension_id": DECISION_ID,
    "status": "extended",
    "expires_at": TOMORROW,
}
SUBMITTED_EXTENSION: Json = EXTENSION | {"status": "submitted"}
