"""Reports what ends a run without a person: what failed or needs a person, where to look, how to continue."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from cli.client.address import VARIABLE
from cli.client.project_view import ProjectView
from cli.client.request_shapes import Request
from cli.client.session import ACTIONS, Display
from cli.client.shapes import Event
from cli.commands.options import ApiTarget
from cli.errors import FAILED
from cli.stack.datadir import DataDir
from cli.views.display import print_event
from config.settings import get_settings
from models.contracts.enums import ProjectStatus


def report_failure(
    request: Request, view: ProjectView, display: Display, base: str, api: ApiTarget, as_json: bool
) -> int:
    """Report the failure, whose request stays open. Return the exit code.

    Args:
        base: the API's URL, which also serves the page.
        api: the options that selected the API, repeated in the suggested commands.
        as_json: also print a `stopped` frame on standard output.
    """
    arguments = api.as_arguments()
    rounds = f" in round {request.round}" if request.round > 1 else ""
    what = "Failed" if request.is_failure else "Needs a person"
    display.message(f"{what}: {request.stage}{rounds}: {_reason(request)}")
    for artifact in request.contents:
        display.message(f"  Report: botarmy artifact {artifact.id}{arguments}  ({artifact.type} v{artifact.version})")
    if request.is_failed_step and request.task.id and not view.is_rehearsal:
        display.message(f"  Conversation with the model: botarmy transcript {request.task.id}{arguments}")
    log = _worker_log(api)
    display.message(f"  Log: {base}/projects/{request.project_id}" + (f" and {log}" if log else ""))
    display.message(
        "This needs a person's decision, so nothing was delivered. The project waits until "
        f"{request.expires_at.astimezone():%Y-%m-%d %H:%M}. To continue:"
    )
    display.message(f"  botarmy watch {request.project_id}{arguments} --gates ask")
    actions = ACTIONS if request.may_approve else ACTIONS.removeprefix("approve|")
    display.message(f"  or: botarmy respond {request.id} {actions}{arguments}")
    if request.is_exhausted_budget:
        display.message(f"  or, to raise the budget: botarmy respond {request.id} approve --raise-by 2usd{arguments}")
    if as_json:
        data = {
            "status": str(ProjectStatus.WAITING),
            "stage": request.stage,
            "round": request.round,
            "reason": request.reason,
            "request_id": request.id,
            "error": _reason(request),
            "log": str(log) if log else None,
        }
        print_event(Event(event_type="stopped", project_id=request.project_id, data=data, timestamp=datetime.now(UTC)))
    return FAILED


def _reason(request: Request) -> str:
    if request.is_failed_step:
        return request.task.error or request.cause or request.question
    return "it found failures" if request.is_failure else request.question


def _worker_log(api: ApiTarget) -> Path | None:
    """Return the log of the stack's worker, if the API belongs to a stack on this machine."""
    if api.url or os.environ.get(VARIABLE):
        return None
    log = DataDir(api.data_dir or get_settings().data_dir).path / "logs" / "worker.log"
    return log if log.exists() else None
