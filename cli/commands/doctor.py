"""Reports projects and tasks whose workflow is missing or stuck, and restarts or ends them."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from rich.table import Table
from rich.text import Text

from cli.client.decider import EndOfInputError
from cli.client.http import Client
from cli.client.ids import PROJECT, TASK, find_id
from cli.client.shapes import Shape
from cli.errors import COMPLETED, FAILED, ApiError
from cli.views.console import is_interactive, print_json, stderr, stdout
from cli.views.printable import one_line, plain
from cli.views.terminal_prompt import TerminalPrompt

CONFLICT = 409


class Repair(StrEnum):
    """How a workflow is repaired."""

    RESTART = "restart"
    END = "end"


_LABELS = {"r": "restart", "e": "end", "s": "skip", "q": "quit"}
REPAIRED = {Repair.RESTART: "restarted", Repair.END: "ended"}


@dataclass(frozen=True, slots=True)
class DoctorOptions:
    """The arguments of `botarmy doctor`. Without a `repair_with`, `repair` asks about each problem. `only` are ids of
    projects and tasks, perhaps shortened; empty means all."""

    repair: bool
    repair_with: Repair | None
    only: tuple[str, ...]
    as_json: bool

    def selects(self, problem: Problem) -> bool:
        return not self.only or problem.project_id in self.only or problem.task_id in self.only


class Problem(Shape):
    """A workflow that is missing, stuck or inconsistent, as the API reports it."""

    kind: str
    detail: str
    workflow_id: str
    project_id: str
    task_id: str | None = None
    project_name: str = ""
    project_status: str = ""

    @property
    def path(self) -> str:
        return f"/tasks/{self.task_id}" if self.task_id else f"/projects/{self.project_id}"

    @property
    def subject(self) -> str:
        return f"task {self.task_id}" if self.task_id else f"project {self.project_id}"


async def diagnose(client: Client, options: DoctorOptions) -> int:
    """Report problems, and repair them if requested. Return 0 if none is left, else 1."""
    unhealthy = await _unhealthy(client)
    options = replace(options, only=tuple([await find_id(client, given, PROJECT, TASK) for given in options.only]))
    items = [item async for item in client.items("/workflows/problems", limit=200)]
    problems = [problem for problem in map(Problem.model_validate, items) if options.selects(problem)]
    unknown = set(options.only) - {str(id_) for problem in problems for id_ in (problem.project_id, problem.task_id)}
    results: dict[str, str] = {}
    if options.repair:
        results = await _repair(client, problems, options.repair_with)
    left = [problem for problem in problems if results.get(problem.workflow_id) not in REPAIRED.values()]
    if options.as_json:
        selected = {problem.workflow_id for problem in problems}
        reported = [
            item | {"done": results.get(item["workflow_id"])} for item in items if item["workflow_id"] in selected
        ]
        print_json({"unwell": unhealthy, "items": reported})
    else:
        _report(unhealthy, problems, results, options)
        for id_ in sorted(unknown):
            stderr().print(plain(f"{id_} has no known problem."))
    return COMPLETED if not left and not unhealthy else FAILED


async def _unhealthy(client: Client) -> dict[str, str]:
    """Return the components that are down, with the reason. While no worker runs, workflows are not checked."""
    health = await client.health()
    components = health.get("components", {})
    return {
        str(name): str(component.get("detail") or component.get("status"))
        for name, component in components.items()
        if component.get("status") != "ok"
    }


async def _repair(client: Client, problems: list[Problem], repair: Repair | None) -> dict[str, str]:
    """Repair each problem; ask how if `repair` is None. Return the results by workflow id.

    Without a terminal to ask on, nothing is done.
    """
    results: dict[str, str] = {}
    if repair is None and not is_interactive():
        return results
    prompt = TerminalPrompt(stdout()) if repair is None else None
    with suppress(EndOfInputError):
        for problem in problems:
            chosen = repair
            if prompt is not None:
                stdout().print(_line(problem))
                question = Text("[r] restart it, [e] end it, [s] skip it, [q] quit > ", "bold")
                key = await prompt.choice(question, "resq", labels=_LABELS)
                if key == "q":
                    break
                chosen = {"r": Repair.RESTART, "e": Repair.END}.get(key)
            if chosen is not None:
                results[problem.workflow_id] = await _apply(client, problem, chosen)
    return results


async def _apply(client: Client, problem: Problem, repair: Repair) -> str:
    try:
        await client.post(f"{problem.path}/{repair}")
    except ApiError as error:
        if error.status != CONFLICT:
            raise
        return str(error)  # it was repaired elsewhere, or has recovered
    return REPAIRED[repair]


def _line(problem: Problem) -> Text:
    return plain(f"{problem.subject} ({problem.project_name}): {problem.kind}. {problem.detail}", max_length=700)


def _report(
    unhealthy: dict[str, str], problems: list[Problem], results: dict[str, str], options: DoctorOptions
) -> None:
    console = stdout()
    for name, reason in unhealthy.items():
        console.print(plain(f"{name} is down: {reason}", "red"))
    if not problems:
        console.print("No problems: every open project has a running workflow.")
        return
    console.print(_table(problems, results))
    if not options.repair:
        _advise("To repair, use `botarmy doctor --repair`, which asks about each; --restart or --end repairs all.")
    elif options.repair_with is None and not is_interactive():
        _advise("Nothing was repaired: there is no terminal to ask on. Use --restart or --end.")


def _advise(line: str) -> None:
    print(one_line(line, 300), file=sys.stderr)


def _table(problems: list[Problem], results: dict[str, str]) -> Table:
    table = Table("what", "name", "problem", "repair", box=None, pad_edge=False)
    for problem in problems:
        table.add_row(
            plain(problem.subject),
            plain(problem.project_name, max_length=40),
            plain(f"{problem.kind}: {problem.detail}", max_length=400),
            plain(results.get(problem.workflow_id, "")),
        )
    return table
