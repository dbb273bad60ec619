"""Examples of budgets and of what a project has used."""

from __future__ import annotations

from api.openapi.examples import PROJECT_ID, Json

BUDGET: Json = {
    "kind": "project",
    "project_id": PROJECT_ID,
    "role": None,
    "limits": {"usd": 2.0, "tokens": None, "seconds": 7200.0},
    "spent": {"usd": 1.2, "tokens": 310000, "seconds": 512.5},
    "reserved": {"usd": 0.3, "tokens": 31000, "seconds": 300.0},
    "percent": 60.0,
}
ROLE: Json = BUDGET | {"kind": "role", "role": "coder"}
DAY: Json = BUDGET | {"kind": "day", "project_id": None}
PROJECT_BUDGETS: Json = {"project": BUDGET, "roles": [ROLE], "day": DAY}
BUDGETS: Json = {"day": DAY, "items": [BUDGET], "next_cursor": None}
FIGURES: Json = {
    "calls": 12,
    "input_tokens": 280000,
    "output_tokens": 30000,
    "cached_tokens": 120000,
    "cost_usd": 1.2,
    "working_seconds": 512.5,
}
USAGE: Json = {
    "project_id": PROJECT_ID,
    "total": FIGURES,
    "roles": [FIGURES | {"agent_type": "coder"}],
    "stages": [FIGURES | {"stage": "build"}],
    "rounds": [FIGURES | {"stage": "build", "round": 1}],
}
