"""What the shapes are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from models.contracts.contract import Text

Item = TypeVar("Item")

Moment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""RFC 3339, in UTC."""


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Prose = Annotated[Text, AfterValidator(_not_blank)]
"""Text that says something."""


class Shape(BaseModel):
    """The parent of every answer. Requests are StrictContracts, which refuse unknown fields."""

    model_config = ConfigDict(frozen=True)


class Page(Shape, Generic[Item]):
    """A part of a list; `next_cursor` asks for the part after it, and is null at the end."""

    items: list[Item]
    next_cursor: str | None = Field(default=None, examples=[None])


class ProblemField(BaseModel):
    """What is wrong with one value: where it was sent, such as `body` or `query`, and under which name."""

    place: str = Field(alias="in", examples=["body"])
    field: str
    message: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it. `type` is always `about:blank`: the status says what a program needs to know."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="What is wrong, for a person.")
    errors: list[ProblemField] = Field(default=[], description="With 422: each value that is wrong.")
