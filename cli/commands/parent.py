"""The project that a new one comes from, as `botarmy run` names it: `--like` or `--from`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cli.client.http import Client, Json
from cli.client.ids import PROJECT, find_id
from cli.commands.brief import Brief
from models.contracts.enums import ParentKind


@dataclass(frozen=True, slots=True)
class ParentOption:
    """A project, named by its id or otherwise, and how the new one comes from it."""

    given: str
    kind: ParentKind

    @classmethod
    def of(cls, like: str | None, from_: str | None) -> Self | None:
        """Return what was given of the two options, if anything."""
        if like is not None:
            return cls(like, ParentKind.DUPLICATE)
        return cls(from_, ParentKind.FOLLOW_UP) if from_ is not None else None

    async def read(self, client: Client) -> ParentProject:
        """Return the project, or raise UsageError or ApiError."""
        project_id = await find_id(client, self.given, PROJECT)
        project = await client.get(f"/projects/{project_id}")
        return ParentProject(project_id, self.kind, str(project["name"]), str(project["description"]))


@dataclass(frozen=True, slots=True)
class ParentProject:
    """The project that a new one comes from."""

    id: str
    kind: ParentKind
    name: str
    description: str

    def body(self) -> Json:
        """Return the `parent` of the API's request."""
        return {"project_id": self.id, "kind": str(self.kind)}

    def brief(self, name: str | None) -> Brief:
        """Return its brief, for a new project that has none of its own."""
        return Brief(name or self.name, self.description)

    @property
    def summary(self) -> str:
        """What the new project is, for the person."""
        if self.kind is ParentKind.FOLLOW_UP:
            return f"Begins from what {self.name} delivered ({self.id})."
        return f"With the settings of {self.name} ({self.id})."
