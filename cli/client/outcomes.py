"""What was decided on a request, in the words of people."""

from __future__ import annotations

from cli.client.request_shapes import Request
from models.contracts.enums import HitlAction, HitlStatus


def decided(action: str, *, accepted: bool) -> str:
    """Return what a response did, as a past tense. `accepted` says whether it accepted a result."""
    match action:
        case HitlAction.AMEND:
            return "edited and approved" if accepted else "changes requested"
        case HitlAction.REJECT:
            return "rejected"
        case HitlAction.APPROVE:
            return "approved"
        case _:
            return action


def who_decided(request: Request) -> str:
    """Return who decided a closed request, and what, as a sentence."""
    applied = next((one for one in request.history if one.outcome == "applied"), None)
    if applied is not None:
        comment = f": {applied.comment}" if applied.comment else ""
        what = decided(applied.action, accepted=applied.has_content)
        return f"{applied.responder or 'somebody'} decided: {what}{comment}"
    match request.status:
        case HitlStatus.EXPIRED:
            return "nobody decided before its deadline"
        case HitlStatus.CANCELLED:
            return "its project has ended, or its step is repeated"
        case _:
            return f"it is {request.status}"
