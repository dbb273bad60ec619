"""Examples of conversations with models."""

from __future__ import annotations

from api.openapi.examples import EARLIER, TASK_ID, Json

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
    "discarded_count": 0,
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
            "added_by": None,
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
