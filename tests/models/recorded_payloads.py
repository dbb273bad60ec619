"""The payloads of the committed histories, each with the model that it has in the code."""

from __future__ import annotations

import base64
import inspect
import json
from collections.abc import Iterator
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel, ValidationError

from activities.agent_step import AgentSteps
from activities.extensions import Extensions
from activities.project_opening import ProjectOpening
from activities.records import Records
from models.contracts.hitl import HitlResponse
from tests.histories import committed
from workflows.project import ProjectWorkflow
from workflows.standalone_handoff import HandoffWorkflow

Json = dict[str, Any]
Direction = Literal["takes", "returns"]

WORKFLOWS: dict[str, type[ProjectWorkflow | HandoffWorkflow]] = {
    "ProjectWorkflow": ProjectWorkflow,
    "HandoffWorkflow": HandoffWorkflow,
}
ACTIVITIES = {
    name: method
    for activities in (AgentSteps, Extensions, ProjectOpening, Records)
    for name, method in inspect.getmembers(activities, inspect.isfunction)
    if hasattr(method, "__temporal_activity_definition")
}


def model(function: Any, direction: Direction) -> type[BaseModel] | None:
    """Return the model that an activity or a workflow takes or returns."""
    hints = get_type_hints(function)
    returned = hints.pop("return")
    (taken,) = hints.values() or [None]
    found = returned if direction == "returns" else taken
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def recorded_payloads() -> Iterator[tuple[type[BaseModel], Json]]:
    """Return the model payloads of every committed history, each with its type."""
    for path in committed():
        scheduled: dict[str, str] = {}
        for event in json.loads(path.read_text())["events"]:
            for kind, attributes in event.items():
                if not isinstance(attributes, dict):
                    continue
                inputs = attributes.get("input", {}).get("payloads", ())
                results = attributes.get("result", {}).get("payloads", ())
                function: Any = None
                match kind:
                    case "workflowExecutionStartedEventAttributes" | "workflowExecutionContinuedAsNewEventAttributes":
                        workflow = function = WORKFLOWS[attributes["workflowType"]["name"]].run
                    case "workflowExecutionCompletedEventAttributes":
                        function = workflow
                    case "activityTaskScheduledEventAttributes":
                        scheduled[event["eventId"]] = attributes["activityType"]["name"]
                        function = ACTIVITIES[attributes["activityType"]["name"]]
                    case "activityTaskCompletedEventAttributes":
                        function = ACTIVITIES[scheduled[attributes["scheduledEventId"]]]
                    case "markerRecordedEventAttributes" if attributes["markerName"] == "core_local_activity":
                        details = attributes["details"]
                        (data,) = details["data"]["payloads"]
                        function = ACTIVITIES[json.loads(base64.b64decode(data["data"]))["activity_type"]]
                        results = details.get("result", {}).get("payloads", ())
                    case "workflowExecutionSignaledEventAttributes" if attributes["signalName"] == "respond":
                        yield from ((HitlResponse, one) for one in inputs if valid(HitlResponse, one))
                if function is not None:
                    if taken := model(function, "takes"):
                        yield from ((taken, one) for one in inputs)
                    if returned := model(function, "returns"):
                        yield from ((returned, one) for one in results if "data" in one)


def valid(kind: type[BaseModel], payload: Json) -> bool:
    """Return whether a payload is valid: the hostile histories have some that are not."""
    try:
        kind.model_validate_json(base64.b64decode(payload["data"]))
    except ValidationError:
        return False
    return True
