"""Projects and tasks whose workflow does not go on: reported, started again from their records, or ended."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from rich.table import Table
from rich.text import Text

from cli.client.http import Client
from cli.client.shapes import Shape
from cli.commands.runner import errors, on_a_terminal, output, print_json
from cli.exits import COMPLETED, FAILED, ApiError
from cli.views.printable import one_line, words
from cli.views.prompt import NobodyThereError, Prompt

CONFLICT = 409
DONE = {"restart": "started again", "end": "ended"}


class Repair(StrEnum):
    """What is done about a workflow that does not go on."""

    RESTART = "restart"
    END = "end"


@dataclass(frozen=True, slots=True)
class Order:
    """What `doctor` was asked for: `repair`, and with what; None asks for each. `only` are ids of projects and tasks;
    empty means all."""

    repair: bool
    how: Repair | None
    only: tuple[str, ...]
    as_json: bool


class Problem(Shape):
    """One workflow that does not go on, as the API tells of it."""

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
    def what(self) -> str:
        return f"task {self.task_id}" if self.task_id else f"project {self.project_id}"


async def examine(client: Client, order: Order) -> int:
    """Report, and repair where that is asked for. Exit code 0: nothing is left that does not go on, 1: something is."""
    unwell = await _unwell(client)
    items = [item async for item in client.items("/workflows/problems", limit=200)]
    found = [one for one in map(Problem.model_validate, items) if _meant(one, order.only)]
    missing = set(order.only) - {str(name) for one in found for name in (one.project_id, one.task_id)}
    done: dict[str, str] = {}
    if order.repair:
        done = await _repair(client, found, order.how)
    left = [one for one in found if done.get(one.workflow_id) not in DONE.values()]
    if order.as_json:
        meant = {one.workflow_id for one in found}
        reported = [one | {"done": done.get(one["workflow_id"])} for one in items if one["workflow_id"] in meant]
        print_json({"unwell": unwell, "items": reported})
    else:
        _report(unwell, found, done, order)
        for name in sorted(missing):
            errors().print(words(f"Of {name} nothing is known that does not go on."))
    return COMPLETED if not left and not unwell else FAILED


async def _unwell(client: Client) -> dict[str, str]:
    """The components that are down, with what is wrong; while no worker runs, nobody looks at the workflows."""
    health = await client.health()
    components = health.get("components", {})
    return {
        str(name): str(one.get("detail") or one.get("status"))
        for name, one in components.items()
        if one.get("status") != "ok"
    }


def _meant(problem: Problem, only: tuple[str, ...]) -> bool:
    return not only or problem.project_id in only or problem.task_id in only


async def _repair(client: Client, found: list[Problem], how: Repair | None) -> dict[str, str]:
    """What was done, by workflow. Where nobody can be asked and nothing was said, nothing is done."""
    done: dict[str, str] = {}
    if how is None and not on_a_terminal():
        return done
    prompt = Prompt(output()) if how is None else None
    with suppress(NobodyThereError):
        for problem in found:
            choice = how
            if prompt is not None:
                output().print(_line(problem))
                question = Text("[r] start it again, [e] end it, [s] leave it, [q] quit > ", "bold")
                key = await prompt.choice(question, "resq")
                if key == "q":
                    break
                choice = {"r": Repair.RESTART, "e": Repair.END}.get(key)
            if choice is not None:
                done[problem.workflow_id] = await _do(client, problem, choice)
    return done


async def _do(client: Client, problem: Problem, how: Repair) -> str:
    try:
        await client.post(f"{problem.path}/{how}")
    except ApiError as error:
        if error.status != CONFLICT:
            raise
        return str(error)  # somebody else was quicker, or it goes on
    return DONE[how]


def _line(problem: Problem) -> Text:
    return words(f"{problem.what} ({problem.project_name}): {problem.kind}. {problem.detail}", longest=700)


def _report(unwell: dict[str, str], found: list[Problem], done: dict[str, str], order: Order) -> None:
    console = output()
    for name, why in unwell.items():
        console.print(words(f"{name} is down: {why}", "red"))
    if not found:
        console.print("Every open project has its workflow, and each goes on.")
        return
    console.print(_table(found, done))
    if not order.repair:
        _advise("`botarmy doctor --repair` asks what to do with each; --restart or --end does it with all.")
    elif order.how is None and not on_a_terminal():
        _advise("There is nobody to ask: say --restart or --end. Nothing was done.")


def _advise(line: str) -> None:
    print(one_line(line, 300), file=sys.stderr)


def _table(found: list[Problem], done: dict[str, str]) -> Table:
    table = Table("what", "name", "problem", "done", box=None, pad_edge=False)
    for one in found:
        table.add_row(
            words(one.what),
            words(one.project_name, longest=40),
            words(f"{one.kind}: {one.detail}", longest=400),
            words(done.get(one.workflow_id, "")),
        )
    return table
