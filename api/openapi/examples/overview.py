"""An example of all that the view of a project shows."""

from __future__ import annotations

from api.openapi.examples import Json, page_of
from api.openapi.examples.artifacts import ARTIFACT
from api.openapi.examples.budgets import PROJECT_BUDGETS
from api.openapi.examples.hitl import REQUEST
from api.openapi.examples.projects import PROGRESS, WHOLE_PROJECT

OVERVIEW: Json = {
    "project": WHOLE_PROJECT,
    "progress": PROGRESS,
    "artifacts": page_of(ARTIFACT),
    "requests": page_of(REQUEST),
    "budget": PROJECT_BUDGETS,
}
