"""Events and times in words."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from cli.client.shapes import Event
from cli.views.printable import one_line
from models.contracts import event_data
from models.contracts.budget import format_amount
from models.contracts.enums import ProjectStatus, StopScope, WaitReason

EXPIRED = "expired without a decision"

PROJECT_STYLES: dict[str, str] = {
    ProjectStatus.WAITING: "yellow",
    ProjectStatus.COMPLETED: "green",
    ProjectStatus.REJECTED: "red",
    ProjectStatus.FAILED: "red",
    ProjectStatus.CANCELLED: "dim",
}


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
        case event_data.HitlRequested():
            line = f"{data.stage}: waiting for a decision: {data.question}"
        case event_data.HitlResponded():
            line = f"{data.stage}: {describe_decision(data)}"
        case event_data.HitlExpired():
            line = f"{data.stage}: {EXPIRED}"
        case event_data.BudgetAlert():
            line = f"{data.stage}: {describe_alert(data)}"
        case event_data.WorkflowEvent() if event.task_id and data.reason:
            line = data.reason  # about the workflow of a standalone task
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
    return f"{data.status or data.action} by {data.responder or 'unknown'}{redo}{comment}"


def describe_alert(data: event_data.BudgetAlert) -> str:
    """Return how much of which budget is spent."""
    spent, limit = format_amount(data.unit, data.spent), format_amount(data.unit, data.limit)
    return f"{data.percent} % of the budget of the {data.kind} is spent: {spent} of {limit}"


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


def duration(seconds: float | None) -> str:
    """Return minutes and seconds, or hours and minutes. Return an empty string for None."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 60}:{whole % 60:02d}"
