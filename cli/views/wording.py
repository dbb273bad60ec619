"""Events, times and sizes in words."""

from __future__ import annotations

from datetime import datetime

from cli.client.shapes import Event
from cli.views.printable import one_line
from models.contracts.enums import EventType

EXPIRED = "expired without a decision"


def describe(event: Event) -> str | None:
    """Return the event as one line for a person; None if it is not worth a line."""
    stage, round_ = event.text("stage"), event.number("round")
    rounds = f" (round {round_})" if round_ > 1 else ""
    match event.event_type:
        case EventType.TASK_STARTED:
            feedback = f", feedback: {event.text('feedback')}" if event.text("feedback") else ""
            line = f"{stage}: {event.agent_type} starts{rounds}{feedback}"
        case EventType.TASK_PROGRESS:
            line = f"{stage}: {event.text('message')}"
        case EventType.TASK_COMPLETED:
            verdict = f", verdict: {event.text('verdict')}" if event.text("verdict") else ""
            line = f"{stage}: {event.agent_type} is done{rounds}{verdict}"
        case EventType.TASK_FAILED:
            line = f"{stage}: {event.agent_type} failed{rounds}: {event.text('error')}"
        case EventType.TASK_CANCELLED:
            line = f"{stage}: cancelled"
        case EventType.ARTIFACT_CREATED:
            line = f"{event.text('type')} v{event.text('version')} by {event.text('author')}"
        case EventType.HITL_REQUEST:
            line = f"{stage}: waiting for a decision: {event.text('question')}"
        case EventType.HITL_RESPONSE:
            line = f"{stage}: {describe_decision(event)}"
        case EventType.HITL_EXPIRED:
            line = f"{stage}: {EXPIRED}"
        case EventType.WORKFLOW_EVENT:
            reason = f": {event.text('reason')}" if event.text("reason") else ""
            line = f"the project is {event.text('status')}{reason}"
        case EventType.ERROR:
            line = f"problem: {event.text('message') or event.text('detail')}"
        case _:
            return None
    return one_line(line, 300)


def describe_decision(event: Event) -> str:
    """Return the outcome of a request, who decided it, and the comment."""
    outcome = event.text("status") or event.text("action")
    comment = f": {event.text('comment')}" if event.text("comment") else ""
    return f"{outcome} by {event.text('responder') or 'unknown'}{comment}"


def local_time(when: datetime) -> str:
    """Return the date and time in the local time zone; a project may have started days ago."""
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"


def duration(seconds: float | None) -> str:
    """Return minutes and seconds, or hours and minutes; empty for None."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 60}:{whole % 60:02d}"


def size(count: int) -> str:
    """Return a number of bytes in a readable unit."""
    if count < 2**10:
        return f"{count} B"
    number, unit = (count / 2**10, "KiB") if count < 2**20 else (count / 2**20, "MiB")
    return f"{number:.1f}".removesuffix(".0") + f" {unit}"
