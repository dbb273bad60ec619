"""What people may change of a project at any time, and the counts of the list's filters, on the wire."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from api.shapes.shape import Shape
from api.shapes.stops import Person
from models.contracts.contract import Name, StrictContract, Text, not_blank
from models.contracts.enums import ProjectStatus

MAX_TAGS = 20

Tag = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), AfterValidator(not_blank)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS), AfterValidator(lambda tags: tuple(dict.fromkeys(tags)))]
"""Words by which people find projects, each once."""


class ProjectUpdate(StrictContract):
    """What to change of a project. What is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "URL shortener, second try", "tags": ["web", "urgent"], "by": "Ada"}]}
    )

    name: Name | None = None
    owner: Person | None = Field(default=None, description="Null removes the owner.")
    tags: Tags | None = Field(default=None, description="All tags from now on.")
    archived: StrictBool | None = Field(default=None, description="Only a project that has ended can be archived.")
    kept: StrictBool | None = Field(default=None, description="One that is kept is never removed.")
    by: Person = "human"

    @model_validator(mode="after")
    def _change_something(self) -> Self:
        if not self.changes:
            raise ValueError("name at least one of: name, owner, tags, archived, kept")
        return self

    @property
    def changes(self) -> dict[str, object]:
        """The values that are set. Only the owner may be set to null."""
        given = self.model_dump(include={"name", "owner", "tags", "archived", "kept"}, exclude_unset=True)
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in given.items()
            if value is not None or name == "owner"
        }


class WordCount(Shape):
    """How many projects have an owner or a tag."""

    value: str
    count: int


class ProjectCounts(Shape):
    """How many projects each filter of the list finds. Archived ones are counted apart."""

    statuses: dict[ProjectStatus, int] = Field(description="By status, those that have projects.")
    owners: list[WordCount] = Field(description="The 100 most frequent, those with most projects first.")
    tags: list[WordCount] = Field(description="The 100 most frequent, those with most projects first.")
    archived: int
    capped: list[ProjectStatus] = Field(
        description="Of projects with these statuses, not all were counted: there are at least as many. If there are "
        "any, each owner, each tag, and the archive have at least as many, too."
    )
