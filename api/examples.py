"""Examples for the OpenAPI document. A test validates each against its schema."""

from __future__ import annotations

from typing import Any

PROJECT_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
TASK_ID = "01890a5d-b1a2-7c3e-9a51-6f0e8d1c2b3a"
ARTIFACT_ID = "01890a5d-b2c4-7d10-8e22-1a2b3c4d5e6f"
REQUEST_ID = "01890a5d-b3d6-7e31-9f43-2b3c4d5e6f70"
DECISION_ID = "01890a5e-0a11-7f52-8a64-3c4d5e6f7081"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
EARLIER = "2026-11-23T08:30:00Z"
LATER = "2026-11-23T08:30:02.125000Z"
TOMORROW = "2026-11-24T08:30:02.125000Z"

Json = dict[str, Any]


def page(item: Json) -> Json:
    return {"items": [item], "next_cursor": None}


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
    "reason": None,
    "created_at": EARLIER,
    "updated_at": LATER,
    "ended_at": None,
    "workflow_problem": None,
}
STAGE: Json = {
    "name": "build",
    "agent": "coder",
    "instructions": "Write the package that the brief asks for.",
    "consumes": ["user_input"],
    "produces": ["source_code"],
    "gate": None,
    "rework": None,
    "timeout": "PT30M",
    "attempts": 3,
    "priority": 3,
}
PIPELINE: Json = {"name": "quick-start", "description": "From a brief to a package.", "stages": [STAGE]}
PIPELINE_ITEM: Json = {
    "name": "quick-start",
    "description": "From a brief to a package in two stages, without a gate.",
    "stages": ["build", "launch"],
    "gates": [],
}
WHOLE_PROJECT: Json = PROJECT | {
    "description": "# URL shortener\n\n- Shorten a URL.\n",
    "pipeline_definition": PIPELINE,
    "head": 9,
}
NEW_PROJECT: Json = PROJECT | {
    "status": "starting",
    "phase": None,
    "open_requests": 0,
    "waiting_for": None,
    "updated_at": EARLIER,
}
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
SUBMITTED_TASK: Json = {"task_id": TASK_ID, "workflow_id": f"task-{TASK_ID}", "status": "submitted"}
REFERENCE: Json = {"artifact_id": ARTIFACT_ID, "type": "project_plan", "version": 1, "content_hash": HASH}
REQUEST: Json = {
    "request_id": REQUEST_ID,
    "project_id": PROJECT_ID,
    "task_id": TASK_ID,
    "agent_type": "analyst",
    "stage": "discovery",
    "round": 1,
    "question": "Is this the right project?",
    "reason": "review",
    "status": "pending",
    "artifacts": [REFERENCE],
    "may_redo": True,
    "may_continue": False,
    "supplies": None,
    "decision_id": None,
    "created_at": LATER,
    "expires_at": TOMORROW,
    "decided_at": None,
}
PENDING_REQUEST: Json = REQUEST | {"project_name": "URL shortener", "deadline_held": False}
PROGRESS: Json = {
    "project_id": PROJECT_ID,
    "status": "waiting",
    "phase": "discovery",
    "reason": None,
    "progress": {"done": 0, "total": 7},
    "tasks": [TASK],
    "open_requests": [REQUEST],
}
WORKFLOW_CHANGE: Json = {
    "workflow_id": f"project-{PROJECT_ID}",
    "project_id": PROJECT_ID,
    "task_id": None,
    "requested": "restart",
}
WORKFLOW_PROBLEM: Json = {
    "kind": "missing",
    "detail": "Temporal has no such workflow.",
    "since": LATER,
    "workflow_id": f"project-{PROJECT_ID}",
    "project_id": PROJECT_ID,
    "task_id": None,
    "project_name": "URL shortener",
    "project_status": "waiting",
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
AGENT_STATE: Json = {
    "agent_type": "analyst",
    "status": "waiting_for_hitl",
    "task_id": TASK_ID,
    "updated_at": LATER,
}
ARTIFACT: Json = {
    "artifact_id": ARTIFACT_ID,
    "project_id": PROJECT_ID,
    "type": "project_plan",
    "name": "project_plan",
    "version": 1,
    "media_type": "text/markdown",
    "size": 15,
    "content_hash": HASH,
    "author": "analyst",
    "by_agent": True,
    "task_id": TASK_ID,
    "based_on": None,
    "created_at": LATER,
    "accepted_at": None,
}
ARTIFACT_CONTENT: Json = ARTIFACT | {"previous_id": None, "encoding": "utf-8", "content": "# Project plan\n"}
ARTIFACT_HTML = '<article class="rendered rendered-markdown"><h1>Project plan</h1>\n</article>\n'
WHOLE_ARTIFACT: Json = ARTIFACT_CONTENT | {"task": TASK}
FILE: Json = {"path": "url_shortener/store.py", "size": 1480}
BRIEF: Json = ARTIFACT | {
    "artifact_id": "01890a5d-ac96-774b-bcce-b302099a8058",
    "type": "user_input",
    "name": "brief",
    "author": "human",
    "by_agent": False,
    "task_id": None,
    "created_at": EARLIER,
    "accepted_at": EARLIER,
}
TASK_DETAIL: Json = TASK | {
    "project_id": PROJECT_ID,
    "workflow_id": f"project-{PROJECT_ID}",
    "standalone_task_id": None,
    "from_agent": None,
    "instructions": "Describe what is delivered, and to whom.",
    "feedback": None,
    "expected_outputs": ["project_plan"],
    "priority": 1,
    "context": [BRIEF],
    "artifacts": [ARTIFACT],
}
DIFF: Json = {
    "from": ARTIFACT,
    "to": ARTIFACT
    | {"artifact_id": "01890a5e-0b22-7a63-9b75-4d5e6f708192", "version": 2, "author": "human", "by_agent": False},
    "diff": "--- project_plan v1\n+++ project_plan v2\n@@ -1 +1 @@\n-# Project plan\n+# The plan\n",
}
DECISION: Json = {
    "decision_id": DECISION_ID,
    "action": "approve",
    "comment": None,
    "content_hash": None,
    "artifact_id": None,
    "redo": None,
    "responder": "human",
    "outcome": "applied",
    "explanation": None,
    "responded_at": LATER,
    "recorded_at": LATER,
}
WHOLE_REQUEST: Json = REQUEST | {
    "redo_default": "discovery",
    "redo_stages": [],
    "task": TASK_DETAIL,
    "history": [DECISION],
    "contents": [ARTIFACT_CONTENT],
}
RESPONSE: Json = {
    "request_id": REQUEST_ID,
    "decision_id": DECISION_ID,
    "outcome": "applied",
    "status": "approved",
}
SUBMITTED_RESPONSE: Json = RESPONSE | {"outcome": None, "status": "submitted"}
AGENT: Json = {
    "agent_type": "analyst",
    "description": "Reads the brief and specifies what is wanted.",
    "provider": "rehearsal",
}
TRANSCRIPT: Json = {
    "task_id": TASK_ID,
    "prompt": {
        "version": "coder@3f2a90c1d7be",
        "system": "You are ...",
        "task": "Role: coder ...",
        "tools": ["finish"],
    },
    "turns": [
        {
            "number": 1,
            "at": EARLIER,
            "model": "gpt-5-2025-08-07",
            "text": "",
            "thinking": "",
            "calls": [
                {
                    "tool": "finish",
                    "arguments": {"summary": "Done."},
                    "result": "Finished: 7 tests pass.",
                    "ok": True,
                    "seconds": 1.2,
                }
            ],
            "remark": None,
            "finish_reason": "tool_call",
            "input_tokens": 5120,
            "output_tokens": 310,
            "cached_tokens": 0,
            "cost_usd": 0.0095,
            "seconds": 8.4,
        }
    ],
    "turn_count": 1,
    "input_tokens": 5120,
    "output_tokens": 310,
    "cost_usd": 0.0095,
    "model_seconds": 8.4,
    "tool_seconds": 1.2,
}
RECORDING: Json = {
    "task_id": TASK_ID,
    "project_name": "URL shortener",
    "role": {"name": "coder", "description": "Writes the package.", "writes": "files"},
    "stage": "build",
    "round": 1,
    "instructions": "Write the package that the brief asks for.",
    "feedback": None,
    "brief": "# URL shortener\n\n- Shorten a URL.\n",
    "expected_outputs": ["source_code"],
    "inputs": [
        {
            "type": "user_input",
            "name": "user_input",
            "version": 1,
            "media_type": "text/markdown",
            "encoding": "utf-8",
            "content": "# URL shortener\n\n- Shorten a URL.\n",
            "by_agent": False,
            "note": None,
        }
    ],
    "entries": [
        {
            "kind": "prompt",
            "fingerprint": "",
            "call_id": None,
            "body": '{"version": "coder@3f2a90c1d7be", "system": "You are ...", "task": "Role: coder ..."}',
        }
    ],
}
PROVIDER: Json = {
    "name": "rehearsal",
    "description": "Plays every role offline. No model is asked.",
    "is_rehearsal": True,
    "is_default": True,
    "default_model": None,
}
WORKFLOW: Json = {
    "project_id": PROJECT_ID,
    "workflow_id": f"project-{PROJECT_ID}",
    "run_id": "01890a5d-ac99-7b6d-8c1f-5e6f70819203",
    "status": "running",
    "history_length": 23,
    "started_at": EARLIER,
    "closed_at": None,
    "url": f"http://127.0.0.1:8233/namespaces/default/workflows/project-{PROJECT_ID}",
}
HEALTH: Json = {"status": "ok"}
DETAILED_HEALTH: Json = {
    "status": "degraded",
    "version": "0.2.0",
    "links": {"temporal_ui": "http://127.0.0.1:8233", "api_docs": "/docs", "openapi": "/openapi.json"},
    "components": {
        "database": {"status": "ok", "latency_ms": 1.2, "detail": None, "version": "18.1", "count": None},
        "redis": {
            "status": "down",
            "latency_ms": 0.8,
            "detail": "Connection refused",
            "version": None,
            "count": None,
        },
        "temporal": {"status": "ok", "latency_ms": 2.1, "detail": None, "version": "1.32.0", "count": None},
        "worker": {"status": "ok", "latency_ms": 2.4, "detail": None, "version": None, "count": 2},
    },
    "workflows": {"missing": 1, "stuck": 0, "inconsistent": 0, "items": [WORKFLOW_PROBLEM]},
}
