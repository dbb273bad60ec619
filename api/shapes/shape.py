"""The base class of the shapes, and the types that they share."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.problem_codes import ProblemCode
from models.contracts.contract import Text, not_blank

Item = TypeVar("Item")


NonBlankText = Annotated[Text, AfterValidator(not_blank)]
"""Text that is not blank."""


class Shape(BaseModel):
    """The base of every response body. Request bodies are StrictContracts, which refuse unknown fields."""

    model_config = ConfigDict(frozen=True)


class Page(Shape, Generic[Item]):
    """A page of a list; `next_cursor` requests the next page, and is null at the end."""

    items: list[Item]
    next_cursor: str | None = Field(default=None, examples=[None])


class ProblemField(BaseModel):
    """What is wrong with one value, in which place (such as `body` or `query`) and under which name."""

    place: str = Field(alias="in", examples=["body"])
    field: str
    message: str


class Problem(BaseModel):
    """An error in the format of RFC 9457. `type` is always `about:blank`: programs need status and code only."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str = Field(description="The status in words.")
    status: int
    code: ProblemCode = Field(description="What is wrong, for programs. A code never changes its meaning.")
    detail: str = Field(description="What is wrong, for people to read.")
    errors: list[ProblemField] = Field(default=[], description="With 422: each value that is invalid.")
