"""Each event in words, on one line."""

from __future__ import annotations

from datetime import datetime

from cli.client.shapes import Event
from cli.views.printable import one_line

CONTROL = {"connection_ready", "heartbeat", "pong"}


def line(event: Event) -> str | None:
    """What happened, for a person; None for what is no news to one."""
    stage, round_ = event.text("stage"), event.number("round")
    again = f" (round {round_})" if round_ > 1 else ""
    match event.event_type:
        case "task_started":
            feedback = f", asked for: {event.text('feedback')}" if event.text("feedback") else ""
            words = f"{stage}: {event.agent_type} starts{again}{feedback}"
        case "task_progress":
            words = f"{stage}: {event.text('message')}"
        case "task_completed":
            verdict = event.text("verdict")
            words = f"{stage}: {event.agent_type} is done{again}" + (f", the verdict is: {verdict}" if verdict else "")
        case "task_failed":
            words = f"{stage}: {event.agent_type} failed{again}: {event.text('error')}"
        case "task_cancelled":
            words = f"{stage}: cancelled"
        case "artifact_created":
            words = f"{event.text('type')} v{event.text('version')} by {event.text('author')}"
        case "hitl_request":
            words = f"{stage}: a decision is needed: {event.text('question')}"
        case "hitl_response":
            words = f"{stage}: {decision(event)}"
        case "hitl_expired":
            words = f"{stage}: nobody decided in time"
        case "workflow_event":
            reason = f": {event.text('reason')}" if event.text("reason") else ""
            words = f"the project is {event.text('status')}{reason}"
        case "error":
            words = f"problem: {event.text('message') or event.text('detail')}"
        case _:
            return None
    return one_line(words, 300)


def decision(event: Event) -> str:
    """What was decided, by whom, and why."""
    outcome = event.text("status") or event.text("action")
    comment = f": {event.text('comment')}" if event.text("comment") else ""
    return f"{outcome} by {event.text('responder') or 'somebody'}{comment}"


def moment(when: datetime) -> str:
    """Day and time, as the reader's clock has them: what is watched may have begun days ago."""
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"


def duration(seconds: float | None) -> str:
    """Minutes and seconds, or hours and minutes."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 60}:{whole % 60:02d}"


def size(count: int) -> str:
    """Bytes, in the unit that suits them."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
