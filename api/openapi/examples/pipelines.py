"""Examples of pipelines."""

from __future__ import annotations

from api.openapi.examples import Json

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
    "description": "From a brief to a package in two steps, without a review.",
    "stages": ["build", "launch"],
    "gates": [],
}
ESTIMATE: Json = {
    "pipeline": "quick-start",
    "model": "openai:gpt-5",
    "projects": 12,
    "cost_usd": {"median": 0.42, "least": 0.2, "most": 1.35},
    "working_seconds": {"median": 310.5, "least": 180, "most": 900},
}
