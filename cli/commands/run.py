"""Runs a brief to its end, and watches a project."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.client.decider import AutomaticDecider, Decider, NoDecider, UnattendedFailureError
from cli.client.gate_policy import GatePolicy
from cli.client.http import Client, Json
from cli.client.project_view import ProjectView
from cli.client.projects import create
from cli.client.session import PATIENCE, Display, Session
from cli.client.shapes import Event, Project
from cli.commands.brief import Brief
from cli.commands.delivery import folder_for, unpack
from cli.commands.failure import report_failure
from cli.commands.interactive import InteractiveDecider
from cli.commands.model_check import require_usable
from cli.commands.options import ApiTarget
from cli.commands.parent import ParentOption, ParentProject
from cli.commands.repository import export_repository
from cli.commands.source import SourceUpload
from cli.commands.spent import read_spent, report_spent
from cli.errors import CANCELLED, COMPLETED, FAILED, REJECTED, UNDELIVERED, ApiError, CommandError, UsageError
from cli.views.console import is_interactive, stderr, stdout
from cli.views.display import JsonLinesDisplay, LineDisplay, print_event
from cli.views.live import LiveDisplay
from config.sizes import format_count
from models.contracts.enums import Oversight, ProjectStatus

EXIT_CODES: dict[str, int] = {
    ProjectStatus.COMPLETED: COMPLETED,
    ProjectStatus.FAILED: FAILED,
    ProjectStatus.REJECTED: REJECTED,
    ProjectStatus.CANCELLED: CANCELLED,
}
"""The exit code for each final status of a project."""

MODELS = "models"
"""The crew that asks the models that `botarmy models` can check."""

REHEARSAL_HINT = (
    "A rehearsal: no language model is used. To have one do the work, add --model openai:gpt-5, or run make with "
    "MODEL=openai:gpt-5, with its key in .env (docs/models.md)."
)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The arguments of `botarmy run`. Without a brief, it is that of the `parent`."""

    brief: Brief | None
    pipeline: str | None
    oversight: Oversight | None
    gates: GatePolicy | None
    out: Path | None
    as_json: bool
    api: ApiTarget
    source: SourceUpload | None = None
    git: Path | None = None
    model: str | None = None
    crew: str | None = None
    checks_model: bool = True
    budget: Json | None = None
    name: str | None = None
    parent: ParentOption | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()


async def run(client: Client, options: RunOptions) -> int:
    """Start a project, follow it to its end and unpack its delivery. Return the exit code."""
    rehearsing = await _rehearsing_crews(client)  # also checks that there is an API, before anything is started
    if options.model is not None and options.crew in (None, MODELS) and options.checks_model:
        await require_usable(options.model)
    parent = await options.parent.read(client) if options.parent is not None else None
    client.patience, client.on_retry = PATIENCE, LineDisplay(stderr()).connection_problem
    project = await _start(client, options, parent)
    view = ProjectView.of(project, project.crew in rehearsing)
    display = _display(project, view, options.as_json)
    display.message(f"Project {project.id}: {project.name}")
    display.message(REHEARSAL_HINT if view.is_rehearsal else _crew(project))
    if options.source is not None:
        display.message(options.source.summary)
    if parent is not None:
        display.message(parent.summary)
    decider = _decider(client, options.gates, options.as_json)
    try:
        try:
            await Session(client, project, view, display, decider).run()
            await read_spent(client, project, view)
        finally:
            display.close()
    except asyncio.CancelledError:
        gates = " --gates ask" if is_interactive() else ""
        command = f"botarmy watch {project.id}{options.api.as_arguments()}{gates}"
        display.message(f"The project continues without you. Return to it with: {command}")
        raise
    except UnattendedFailureError as failure:
        await read_spent(client, project, view)
        report_spent(display, project, view, options.as_json)
        return report_failure(failure.request, view, display, client.address(), options.api, options.as_json)
    report_spent(display, project, view, options.as_json)
    if view.status == ProjectStatus.COMPLETED:
        return await _deliver(client, project, options, display) or _check_verdicts(view, display)
    _report_end(display, project, view, options.api)
    return EXIT_CODES[view.status]


async def watch(
    client: Client, project_id: str, since: int, gates: GatePolicy | None, as_json: bool, api: ApiTarget
) -> int:
    """Follow a project to its end. Return the exit code."""
    project = Project.model_validate(await client.get(f"/projects/{project_id}"))
    view = ProjectView.of(project, project.crew in await _rehearsing_crews(client))
    display = _display(project, view, as_json, since)
    client.patience = PATIENCE
    decider = NoDecider() if gates is None else _decider(client, gates, as_json)
    try:
        await Session(client, project, view, display, decider).run()
        await read_spent(client, project, view)
    except UnattendedFailureError as failure:
        display.close()
        await read_spent(client, project, view)
        report_spent(display, project, view, as_json)
        return report_failure(failure.request, view, display, client.address(), api, as_json)
    except BaseException:
        display.close()
        raise
    display.close()
    report_spent(display, project, view, as_json)
    _report_end(display, project, view, api)
    return EXIT_CODES[view.status] or _check_verdicts(view, display)


async def _start(client: Client, options: RunOptions, parent: ParentProject | None) -> Project:
    """Create the project and return it with its pipeline."""
    brief = options.brief or (parent.brief(options.name) if parent is not None else None)
    assert brief is not None  # the command has checked it
    body: dict[str, object] = {"name": brief.name, "description": brief.text}
    if parent is not None:
        body["parent"] = parent.body()
    if options.owner is not None:
        body["owner"] = options.owner
    if options.tags:
        body["tags"] = list(options.tags)
    if options.pipeline is not None:
        body["pipeline"] = options.pipeline
    if options.oversight is not None:
        body["oversight"] = options.oversight
    if options.source is not None:
        body["source"] = options.source.body
    if options.model is not None:
        body["model"] = options.model
    if options.crew is not None:
        body["crew"] = options.crew
    if options.budget is not None:
        body["budget"] = options.budget
    try:
        return await create(client, body)
    except ApiError as error:
        if error.status == 413 and options.source is not None:
            raise UsageError(f"the brief and the source are too large together: {error}") from None
        if error.status in (413, 422):
            raise UsageError(str(error)) from None
        raise


async def _rehearsing_crews(client: Client) -> set[str]:
    """Return the crews that ask no model."""
    return {str(crew["name"]) async for crew in client.items("/providers/") if crew.get("is_rehearsal")}


def _crew(project: Project) -> str:
    return f"Crew: {project.crew}" + (f", model: {project.model}" if project.model else "")


def _display(project: Project, view: ProjectView, as_json: bool, since: int = 0) -> Display:
    if as_json:
        return JsonLinesDisplay(stderr(), since)
    console = stdout()
    if console.is_interactive:
        return LiveDisplay(console, view, project.name, project.pipeline)
    return LineDisplay(console, since)


def _decider(client: Client, gates: GatePolicy | None, as_json: bool) -> Decider:
    """Return who decides: the person at a terminal; without one, no one if `--gates ask` was given, else approval."""
    if gates in (GatePolicy.APPROVE, GatePolicy.REJECT):
        return AutomaticDecider(gates, f"--gates {gates}")
    if is_interactive() and not as_json:
        return InteractiveDecider(client, stdout())
    if gates is GatePolicy.ASK:
        return NoDecider()
    return AutomaticDecider(GatePolicy.APPROVE, "--json" if as_json else "no terminal")


async def _deliver(client: Client, project: Project, options: RunOptions, display: Display) -> int:
    """Unpack the delivery of a completed project. Return the exit code."""
    try:
        archive = await client.download(f"/projects/{project.id}/export")
        folder = folder_for(options.out, project.name, project.id)
        files = unpack(archive, folder)
    except CommandError as error:
        display.message(f"The project completed, but its delivery was not written: {error}")
        display.message(f"Fetch it with: botarmy export {project.id}{options.api.as_arguments()} --out FOLDER")
        return UNDELIVERED
    display.message(f"Delivered: {folder} ({format_count(files, 'file')})")
    data = {"status": str(ProjectStatus.COMPLETED), "folder": str(folder.absolute()), "files": files}
    if options.git is not None:
        try:
            commits = await export_repository(client, project.id, options.git)
        except CommandError as error:
            display.message(f"Its repository was not written: {error}")
            display.message(f"Write it with: botarmy export {project.id}{options.api.as_arguments()} --git FOLDER")
            return UNDELIVERED
        display.message(f"Repository: {options.git} ({format_count(commits, 'commit')})")
        data |= {"repository": str(options.git.absolute()), "commits": commits}
    if options.as_json:
        print_event(Event(event_type="delivery", project_id=project.id, data=data, timestamp=datetime.now(UTC)))
    return COMPLETED


def _check_verdicts(view: ProjectView, display: Display) -> int:
    """Return the exit code of a completed project: a pipeline may accept a failed verdict when its gate expires."""
    failed = [row.name for row in view.stages.values() if row.has_failed_verdict]
    if failed:
        display.message(f"Completed, but {', '.join(failed)} failed, and nobody approved it.")
    return FAILED if failed else COMPLETED


def _report_end(display: Display, project: Project, view: ProjectView, api: ApiTarget) -> None:
    arguments = api.as_arguments()
    if view.status == ProjectStatus.COMPLETED:
        display.message(f"Completed. Fetch the delivery with: botarmy export {project.id}{arguments}")
    else:
        display.message(f"The project was {view.status}." + (f" {view.reason}" if view.reason else ""))
        display.message(f"Retry it with: botarmy retry {project.id}{arguments}")
        display.message(f"Fetch what was accepted before with: botarmy export {project.id}{arguments}")
