"""Examples of what people give the crew."""

from __future__ import annotations

from api.openapi.examples import DECISION_ID, LATER, Json
from api.openapi.examples.artifacts import ARTIFACT

CONTEXT: Json = {
    "context_id": DECISION_ID,
    "artifact": ARTIFACT,
    "replaces": False,
    "given_by": "Ada",
    "given_at": LATER,
    "stages": ["build", "validate", "launch"],
    "withdrawn_by": None,
    "withdrawn_at": None,
}

WITHDRAWN_CONTEXT: Json = CONTEXT | {"withdrawn_by": "Ada", "withdrawn_at": LATER}
