"""Examples of the health of the components."""

from __future__ import annotations

from api.openapi.examples import Json
from api.openapi.examples.workflows import WORKFLOW_PROBLEM

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
