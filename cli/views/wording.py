"""Events and times in words."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from cli.client.outcomes import decided
from cli.client.shapes import Event
from cli.views.printable import one_line
from models.contracts import event_data
from models.contracts.budget import format_amount
from models.contracts.enums import ControlAction, HitlAction, ProjectStatus, StopScope, WaitReason

EXPIRED = "expired without a decision"

PROJECT_STYLES: dict[str, str] = {
    ProjectStatus.WAITING: "yellow",
    ProjectStatus.COMPLETED: "green",
    ProjectStatus.REJECTED: "red",
    ProjectStatus.FAILED: "red",
    ProjectStatus.CANCELLED: "dim",
}


CONTROLS: dict[str, str] = {
    ControlAction.PAUSE: "pause the project",
    ControlAction.RESUME: "resume the project",
    ControlAction.CANCEL: "cancel the project",
    ControlAction.RESTART: "restart the workflow",
    ControlAction.END: "end the workflow",
    ControlAction.BUDGET: "set the budget",
    ControlAction.TASK: "start a task outside the pipeline",
}
"""What a person asked for, in the words of the page."""

WAITS = {WaitReason.RETRY: "Asks again", WaitReason.RATE_LIMIT: "Rate-limited", WaitReason.TURN: "Waits for its turn"}
"""What a running step waits for, in the words of the page."""


def describe_wait(reason: WaitReason, seconds: float | None) -> str:
    """Return what a step waits for, and how much longer, unless that is unknown or less than a second."""
    return f"{WAITS[reason]}: {seconds:.0f} s" if seconds is not None and seconds >= 1 else WAITS[reason]


def describe(event: Event) -> str | None:
    """Return the event as one line for a person, or None if it is not worth a line."""
    data = event.payload
    match data:
        case event_data.TaskStarted():
            feedback = f", feedback: {data.feedback}" if data.feedback else ""
            line = f"{data.stage}: {event.agent_type} starts{_rounds(data.round)}{feedback}"
        case event_data.TaskProgress():
            line = f"{data.stage}: {data.message}"
        case event_data.TaskCompleted():
            verdict = f", verdict: {data.verdict}" if data.verdict else ""
            line = f"{data.stage}: {event.agent_type} is done{_rounds(data.round)}{verdict}"
        case event_data.TaskFailed():
            line = f"{data.stage}: {event.agent_type} failed{_rounds(data.round)}: {data.error}"
        case event_data.TaskCancelled():
            line = f"{data.stage}: cancelled"
        case event_data.ArtifactCreated():
            line = f"{data.type} v{data.version} by {data.author}"
        case event_data.ContextGiven():
            line = describe_context(data)
        case event_data.ContextWithdrawn():
            line = f"{data.withdrawn_by or 'unknown'} withdrew {data.name} v{data.version} from the crew"
        case event_data.HitlRequested():
            again = ", asked again because what its step read was replaced" if data.supersedes else ""
            line = f"{data.stage}: waiting for a decision{again}: {data.question}"
        case event_data.HitlResponded():
            line = f"{data.stage}: {describe_decision(data)}"
        case event_data.HitlExtended():
            line = f"{data.stage}: {describe_extension(data)}"
        case event_data.HitlExpired():
            line = f"{data.stage}: {EXPIRED}"
        case event_data.BudgetAlert():
            line = f"{data.stage}: {describe_alert(data)}"
        case event_data.WorkflowEvent() if event.task_id and data.reason:
            line = data.reason  # about the workflow of a standalone task
        case event_data.WorkflowEvent() if data.retried_from:
            line = describe_retry(data)
        case event_data.ProjectChange():
            line = describe_change(data)
        case event_data.ProjectControl():
            line = f"{data.by} asked to {CONTROLS.get(data.action, data.action)}"
        case event_data.WorkflowEvent():
            reason = f": {data.reason}" if data.reason else ""
            line = f"the project is {data.status}{reason}"
        case event_data.StopChange():
            line = describe_stop(data)
        case event_data.ErrorEvent():
            line = f"problem: {data.message}"
        case event_data.AgentStatusChange() | None:
            return None
        case _:
            assert_never(data)
    return one_line(line, 300)


def _rounds(round_: int | None) -> str:
    return f" (round {round_})" if round_ and round_ > 1 else ""


def describe_decision(data: event_data.HitlResponded) -> str:
    """Return the outcome of a request, who decided it, and the comment."""
    redo = f", back to {data.redo}" if data.redo else ""
    comment = f": {data.comment}" if data.comment else ""
    what = decided(data.action, accepted=bool(data.accepted) and not data.redo)
    if data.reason and data.action == HitlAction.REJECT:
        what = "ended"
    return f"{what} by {data.responder or 'unknown'}{redo}{comment}"


def describe_extension(data: event_data.HitlExtended) -> str:
    """Return the later deadline of a request, and who set it."""
    until = f" to {local_time(data.expires_at)}" if data.expires_at else ""
    return f"deadline extended{until} by {data.extended_by or 'unknown'}"


def describe_context(data: event_data.ContextGiven) -> str:
    """Return what was given to the crew, by whom, and which stages receive it."""
    what = f"{data.type} v{data.version}" if data.replaces else f"{data.name} v{data.version}"
    how = "accepted as" if data.replaces else "gave the crew"
    receive = f", for {', '.join(data.stages)}" if data.stages else ""
    return f"{data.given_by or 'unknown'} {how} {what}{receive}"


def describe_alert(data: event_data.BudgetAlert) -> str:
    """Return how much of which budget is spent."""
    spent, limit = format_amount(data.unit, data.spent), format_amount(data.unit, data.limit)
    return f"{data.percent} % of the budget of the {data.kind} is spent: {spent} of {limit}"


def describe_retry(data: event_data.WorkflowEvent) -> str:
    """Return from which stage a project is retried, by whom, and why."""
    comment = f": {data.reason}" if data.reason else ""
    return f"the project is retried from {data.retried_from} by {data.by or 'unknown'}{comment}"


def describe_change(data: event_data.ProjectChange) -> str:
    """Return what was changed of a project, and by whom."""
    changed = data.model_fields_set
    parts = [
        f"renamed to {data.name}" if data.name is not None else "",
        f"given to {data.owner}" if data.owner is not None else "left without an owner" if "owner" in changed else "",
        (f"tagged {', '.join(data.tags)}" if data.tags else "left without tags") if data.tags is not None else "",
        ("archived" if data.archived else "no longer archived") if data.archived is not None else "",
        ("kept" if data.kept else "no longer kept") if data.kept is not None else "",
    ]
    return f"the project is {', '.join(filter(None, parts))} by {data.by}"


def describe_stop(data: event_data.StopChange) -> str:
    """Return what was stopped or released, by whom, and why."""
    whats: dict[str, str] = {
        StopScope.ALL: "everything",
        StopScope.PROJECT: "the project",
        StopScope.ROLE: f"the role {data.role}",
        StopScope.STEP: "a step",
    }
    what = whats.get(data.scope, data.scope)
    return f"{what} is {'stopped' if data.stopped else 'released'} by {data.by}: {data.reason}"


def project_style(status: str) -> str:
    """Return the style of a project's status."""
    return PROJECT_STYLES.get(status, "cyan")


def local_time(when: datetime) -> str:
    """Return the date and time in the local time zone; a project may have started days ago."""
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"
