"""What events about a project and its workflow carry."""

from __future__ import annotations

from pydantic import Field

from models.contracts.enums import ControlAction, EventType, ProjectStatus, TaskStatus, WorkflowProblemKind
from models.contracts.event_data.payload import Payload, StoredText


class WorkflowEvent(Payload):
    """The project was created, its status changed, or its workflow was restarted. `retried_from` is set if a person
    retried a project that had ended."""

    event_type = EventType.WORKFLOW_EVENT

    status: ProjectStatus | TaskStatus = Field(
        description="The project's status. An event with a `task_id` is about the workflow of that task outside the "
        "pipeline; its status is then what the project's was when the workflow was checked."
    )
    reason: StoredText | None = Field(default=None, description="Why the status changed.")
    name: StoredText | None = Field(default=None, description="The project's name, in its first event.")
    retried_from: StoredText | None = Field(
        default=None, description="The stage from which the project is retried, after it had ended."
    )
    by: StoredText | None = Field(default=None, description="Who started or retried it.")


class ProjectChange(Payload):
    """A person renamed the project, or changed its owner or its tags, or archived it, or marked it to be kept. It has
    what has changed."""

    event_type = EventType.PROJECT_CHANGE

    by: StoredText = Field(description="Who changed it.")
    name: StoredText | None = Field(default=None, description="Its new name.")
    owner: StoredText | None = Field(default=None, description="Its new owner; null if it has none any more.")
    tags: tuple[StoredText, ...] | None = Field(default=None, description="All its tags from now on.")
    archived: bool | None = Field(default=None, description="Whether it is archived from now on.")
    kept: bool | None = Field(default=None, description="Whether it is kept, and never removed, from now on.")


class ProjectControl(Payload):
    """A person asked for a change of the project's course. What follows from it has events of its own. One about a task
    outside the pipeline has its `task_id`."""

    event_type = EventType.PROJECT_CONTROL

    action: ControlAction
    by: StoredText = Field(description="Who asked for it.")


class ErrorEvent(Payload):
    """Something that an operator should see, such as a response that cannot be read."""

    event_type = EventType.ERROR

    message: StoredText
    workflow_problem: WorkflowProblemKind | None = Field(
        default=None, description="Set if the error is a problem of the workflow."
    )
