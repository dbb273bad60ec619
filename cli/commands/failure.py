"""A run that ends at a failure, since nobody is there to decide: what failed, where to look, how to go on."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from cli.client.address import VARIABLE
from cli.client.shapes import Event, Request
from cli.commands.options import Api
from cli.exits import FAILED
from cli.stack.datadir import DataDir
from cli.views.view import View, emit
from config.settings import get_settings


def stopped(request: Request, view: View, base: str, api: Api, as_json: bool) -> int:
    """Say that the run ends at a failure, which leaves its request open; returns the exit code.

    Args:
        base: the API's URL, which serves the page, too.
        api: what the user said of the API, to be repeated in the commands that go on.
        as_json: whether a program reads along, and gets it as a frame of its own.
    """
    again = api.again()
    rounds = f" in round {request.round}" if request.round > 1 else ""
    view.say(f"Failed: {request.stage}{rounds}: {_reason(request)}")
    for artifact in request.contents:
        view.say(f"  Report: botarmy artifact {artifact.id}{again}  ({artifact.type} v{artifact.version})")
    log = _worker_log(api)
    view.say(f"  Log: {base}/projects/{request.project_id}" + (f" and {log}" if log else ""))
    view.say("Nobody was asked, so nothing is delivered. The project waits for a decision until "
             f"{request.expires_at.astimezone():%Y-%m-%d %H:%M}. To go on:")  # fmt: skip
    view.say(f"  botarmy watch {request.project_id}{again} --gates ask")
    actions = "approve|amend|reject" if request.may_approve else "amend|reject"
    view.say(f"  or: botarmy respond {request.id} {actions}{again}")
    if as_json:
        data = {"status": "waiting", "stage": request.stage, "round": request.round, "reason": request.reason}
        data |= {"request_id": request.id, "error": _reason(request), "log": str(log) if log else None}
        emit(Event(event_type="stopped", project_id=request.project_id, data=data, timestamp=datetime.now(UTC)))
    return FAILED


def _reason(request: Request) -> str:
    if request.failed_step:
        return request.task.error or request.question
    return "its verdict is: failed"


def _worker_log(api: Api) -> Path | None:
    """The log of the stack's worker, where the API is that of a stack on this machine."""
    if api.url or os.environ.get(VARIABLE):
        return None
    log = DataDir(api.data_dir or get_settings().data_dir).path / "logs" / "worker.log"
    return log if log.exists() else None
