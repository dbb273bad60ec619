"""Run a brief to its end, and watch a project that runs."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.client.delivery import check_writable, folder_for, unpack
from cli.client.http import Client
from cli.client.shapes import Event, Project
from cli.commands.brief import Brief
from cli.commands.failure import stopped
from cli.commands.gatekeeper import Elsewhere, FailureError, Fixed, Gatekeeper
from cli.commands.interactive import Person
from cli.commands.options import Api, Gates
from cli.commands.runner import errors, on_a_terminal, output
from cli.commands.session import PATIENCE, Session, board_of
from cli.exits import BY_STATUS, COMPLETED, FAILED, UNDELIVERED, ApiError, CommandError, UsageError
from cli.views.live import LiveView
from cli.views.project_view import Board
from cli.views.view import Ndjson, Plain, View, emit


@dataclass(frozen=True, slots=True)
class Order:
    """What `botarmy run` was asked for."""

    brief: Brief
    pipeline: str | None
    oversight: str | None
    gates: Gates | None
    out: Path | None
    as_json: bool
    api: Api


async def run(client: Client, order: Order) -> int:
    """Start a project, follow it to its end and unpack its delivery; gives the exit code."""
    rehearsal = await _is_rehearsal(client)  # which tells, too, whether there is an API: nothing is started yet
    client.patience, client.trouble = PATIENCE, Plain(errors()).trouble
    project = await _start(client, order)
    view, board = _opened(project, rehearsal, order.as_json)
    view.say(f"Project {project.id}: {project.name}")
    if rehearsal and not isinstance(view, LiveView):
        view.say("A rehearsal: no model is asked.")
    return_command = f"botarmy watch {project.id}{order.api.again()}"
    try:
        try:
            await Session(client, project, board, view, _gatekeeper(client, order.gates, order.as_json)).run()
        finally:
            view.close()
    except asyncio.CancelledError:
        asking = " --gates ask" if on_a_terminal() else ""
        view.say(f"The project goes on without you. Come back with: {return_command}{asking}")
        raise
    except FailureError as failure:
        return stopped(failure.request, view, client.address(), order.api, order.as_json)
    if board.status == "completed":
        return await _deliver(client, project, order, view) or _verdict_of(board, view)
    _say_end(view, project, board, order.api)
    return BY_STATUS[board.status]


async def watch(client: Client, project_id: str, since: int, gates: Gates | None, as_json: bool, api: Api) -> int:
    """Follow a project to its end; gives the exit code."""
    project = Project.model_validate(await client.get(f"/projects/{project_id}"))
    view, board = _opened(project, await _is_rehearsal(client), as_json, since)
    client.patience = PATIENCE
    gatekeeper = Elsewhere() if gates is None else _gatekeeper(client, gates, as_json)
    try:
        await Session(client, project, board, view, gatekeeper).run()
    except FailureError as failure:
        view.close()
        return stopped(failure.request, view, client.address(), api, as_json)
    except BaseException:
        view.close()
        raise
    view.close()
    _say_end(view, project, board, api)
    return BY_STATUS[board.status] or _verdict_of(board, view)


async def export(client: Client, project_id: str, out: Path | None) -> tuple[str, Path, int]:
    """Unpack what a project has accepted so far; returns its status, the folder and the number of files in it."""
    project = Project.model_validate(await client.get(f"/projects/{project_id}"))
    check_writable(out)
    folder = folder_for(out, project.name, project.id)
    return project.status, folder, unpack(await client.download(f"/projects/{project_id}/export"), folder)


async def _start(client: Client, order: Order) -> Project:
    """The new project, with the stages of its pipeline. One key for all attempts: it is started once."""
    body = {"name": order.brief.name, "description": order.brief.text}
    body |= {
        name: value
        for name, value in (("pipeline", order.pipeline), ("oversight", order.oversight))
        if value is not None
    }
    try:
        _, created = await client.post("/projects/", body, {"Idempotency-Key": str(uuid.uuid4())})
    except ApiError as error:
        if error.status in (413, 422):
            raise UsageError(str(error)) from None
        raise
    return Project.model_validate(await client.get(f"/projects/{created['id']}"))


async def _is_rehearsal(client: Client) -> bool:
    """Whether the crew only rehearses, which every screen says."""
    return any([agent.get("provider") == "rehearsal" async for agent in client.items("/agents/")])


def _opened(project: Project, rehearsal: bool, as_json: bool, since: int = 0) -> tuple[View, Board]:
    board = board_of(project)
    board.rehearsal = rehearsal
    if as_json:
        return Ndjson(errors(), since), board
    console = output()
    if console.is_interactive:
        return LiveView(console, board, project.name, project.pipeline), board
    return Plain(console, since), board


def _gatekeeper(client: Client, gates: Gates | None, as_json: bool) -> Gatekeeper:
    """Who decides: the person, where there is one; nobody, where one must be asked and is not there."""
    there = on_a_terminal() and not as_json
    if gates in (Gates.APPROVE, Gates.REJECT):
        return Fixed(gates, f"--gates {gates}")
    if there:
        return Person(client, output())
    return Elsewhere() if gates is Gates.ASK else Fixed(Gates.APPROVE, "--json" if as_json else "no terminal")


async def _deliver(client: Client, project: Project, order: Order, view: View) -> int:
    """Unpack the delivery of a completed project; returns the exit code."""
    try:
        archive = await client.download(f"/projects/{project.id}/export")
        folder = folder_for(order.out, project.name, project.id)
        count = unpack(archive, folder)
    except CommandError as error:
        view.say(f"The project completed, but its delivery was not written: {error}")
        view.say(f"Fetch it with: botarmy export {project.id}{order.api.again()} --out FOLDER")
        return UNDELIVERED
    view.say(f"Delivered: {folder} ({count} files)")
    if order.as_json:
        data = {"status": "completed", "folder": str(folder.absolute()), "files": count}
        emit(Event(event_type="delivery", project_id=project.id, data=data, timestamp=datetime.now(UTC)))
    return COMPLETED


def _verdict_of(board: Board, view: View) -> int:
    """The exit code of a completed project: its pipeline may let a failed verdict pass once nobody decides in time."""
    failed = [row.name for row in board.stages.values() if row.failed_verdict]
    if failed:
        view.say(f"Completed, although the verdict of {', '.join(failed)} is: failed, and nobody has decided on it.")
    return FAILED if failed else COMPLETED


def _say_end(view: View, project: Project, board: Board, api: Api) -> None:
    if BY_STATUS[board.status] == COMPLETED:
        view.say(f"Completed. Fetch the delivery with: botarmy export {project.id}{api.again()}")
    else:
        view.say(f"The project was {board.status}." + (f" {board.reason}" if board.reason else ""))
        view.say(f"What was accepted before: botarmy export {project.id}{api.again()}")
