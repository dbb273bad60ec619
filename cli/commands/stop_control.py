"""Stops a target, releases it, and lists stops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from rich.table import Table

from cli.client.http import Client, Json
from cli.client.ids import PROJECT, TASK, find_id
from cli.client.shapes import Stop
from cli.errors import CommandError, UsageError
from cli.stack.person import person
from cli.views.console import print_json, stdout
from cli.views.printable import plain
from models.contracts.enums import StopScope


@dataclass(frozen=True, slots=True)
class Target:
    """What to stop or to release, as selected by the arguments. The ids may be shortened until they are `resolved`."""

    scope: StopScope
    project_id: str | None = None
    role: str | None = None
    task_id: str | None = None

    @classmethod
    def of(cls, project: str | None, everything: bool, role: str | None, step: str | None) -> Self:
        """Return the target of the arguments.

        Raises:
            UsageError: they name none, or more than one.
        """
        if everything and not (project or role or step):
            return cls(StopScope.ALL)
        if step and not (everything or project or role):
            return cls(StopScope.STEP, task_id=step)
        if role and not (everything or step):
            return cls(StopScope.ROLE, project, role)
        if project and not (everything or step):
            return cls(StopScope.PROJECT, project)
        raise UsageError("name one of --all, PROJECT, --role ROLE (with PROJECT or for all), --step TASK")

    async def resolved(self, client: Client) -> Self:
        """Return the target with whole ids."""
        project = await find_id(client, self.project_id, PROJECT) if self.project_id else None
        task = await find_id(client, self.task_id, TASK) if self.task_id else None
        return replace(self, project_id=project, task_id=task)

    def body(self) -> Json:
        named = {"project_id": self.project_id, "role": self.role, "task_id": self.task_id}
        return {"scope": str(self.scope)} | {name: value for name, value in named.items() if value is not None}

    def is_of(self, stop: Stop) -> bool:
        """Return whether the stop holds exactly this target. That of a step names its project, too."""
        if self.scope is StopScope.STEP:
            return stop.task_id == self.task_id
        return (stop.project_id, stop.role, stop.task_id) == (self.project_id, self.role, None)


async def stop(client: Client, target: Target, reason: str, as_json: bool) -> int:
    """Stop the target, and print the stop."""
    target = await target.resolved(client)
    status, stopped = await client.post("/stops/", {**target.body(), "reason": reason, "by": person()})
    if as_json:
        print_json(stopped)
    else:
        done = "Stopped" if status == 201 else "Stopped already"
        what = _what(Stop.model_validate(stopped))
        stdout().print(plain(f"{done}: {what}. To release it: botarmy release {_arguments(target)} --reason WHY"))
    return 0


async def release(client: Client, target: Target | None, reason: str, as_json: bool) -> int:
    """Release the stop of the target; without one, the only stop that holds.

    Raises:
        CommandError: there is no such stop, or more than one.
    """
    target = await target.resolved(client) if target is not None else None
    held = [Stop.model_validate(item) async for item in client.items("/stops/", held=True)]
    found = [one for one in held if target is None or target.is_of(one)]
    if not found:
        raise CommandError("nothing is stopped" if target is None else "there is no stop of exactly this that holds")
    if len(found) > 1:
        listed = "; ".join(_what(one) for one in found)
        raise CommandError(f"{len(found)} stops hold: name the one to release ({listed})")
    _, released = await client.post(f"/stops/{found[0].id}/release", {"reason": reason, "by": person()})
    if as_json:
        print_json(released)
    else:
        others = f" Other stops still hold: {len(held) - 1}." if len(held) > 1 else ""
        stdout().print(plain(f"Released: {_what(found[0])}.{others}"))
    return 0


async def show(client: Client, every: bool, as_json: bool) -> int:
    """Print the stops that hold, or all."""
    items = [item async for item in client.items("/stops/", held=None if every else True)]
    if as_json:
        print_json({"items": items, "next_cursor": None})
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("stopped", "since", "by", "reason", "released"):
        table.add_column(heading)
    for one in map(Stop.model_validate, items):
        released = f"{one.released_at.astimezone():%Y-%m-%d %H:%M}" if one.released_at else "no"
        since = f"{one.created_at.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(plain(_what(one)), since, plain(one.stopped_by), plain(one.reason, max_length=200), released)
    stdout().print(table if items else "Nothing is stopped.")
    return 0


def _what(stop: Stop) -> str:
    if stop.task_id:
        return f"the step of task {stop.task_id}"
    where = f"project {stop.project_id}" if stop.project_id else "all projects"
    if stop.role:
        return f"the role {stop.role} in {where}"
    return where if stop.project_id else "everything"


def _arguments(target: Target) -> str:
    if target.scope is StopScope.ALL:
        return "--all"
    step = f"--step {target.task_id}" if target.task_id else None
    role = f"--role {target.role}" if target.role else None
    return " ".join(filter(None, (target.project_id, role, step)))
