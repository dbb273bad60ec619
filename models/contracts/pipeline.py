"""A pipeline is data: its stages, their gates and rework rules, and the rules that make it runnable."""

from __future__ import annotations

from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from typing import Annotated

from pydantic import Field, model_validator

from .contract import Contract, Duration, Slug, Text
from .enums import AgentType, ArtifactType, GateAsk, OnExpiry, Oversight

ArtifactTypes = tuple[ArtifactType, ...]


class Gate(Contract):
    """The point after a stage where a human decides."""

    ask: GateAsk = GateAsk.ALWAYS
    important: bool = Field(default=False, description="Asks at medium oversight, too.")
    question: Text = Field(default="Is this good to go on?", min_length=1, max_length=500)
    expires_in: Duration = Field(default=timedelta(hours=24), gt=timedelta(0), le=timedelta(days=365))
    on_expiry: OnExpiry = OnExpiry.HALT
    max_rounds: int = Field(default=5, ge=1, le=100, description="How many times the stage may run.")
    confidence_below: float = Field(default=0.7, ge=0, le=1, description="What counts as low confidence.")

    def under(self, oversight: Oversight | None) -> Gate:
        """This gate with a project's oversight in force; None leaves the pipeline's own rule."""
        match oversight:
            case None:
                return self
            case Oversight.HIGH:
                ask = GateAsk.ALWAYS
            case Oversight.MEDIUM:
                ask = GateAsk.ALWAYS if self.important else GateAsk.NEVER
            case Oversight.LOW:
                ask = GateAsk.NEVER
        return self.model_copy(update={"ask": ask})


NO_GATE = Gate(ask=GateAsk.NEVER)
"""What a stage without a gate has: never asks for a review, yet a failure asks under its terms."""


class Rework(Contract):
    """A failed verdict sends the work back to an earlier stage, `max_rounds` times; then a human is asked."""

    to: Slug
    max_rounds: int = Field(default=3, ge=1, le=100)


class Stage(Contract):
    """One agent's turn: what it consumes, what it produces, its gate."""

    name: Slug
    agent: AgentType
    instructions: Text = Field(default="", max_length=10_000)
    consumes: ArtifactTypes = (ArtifactType.USER_INPUT,)
    produces: ArtifactTypes = Field(min_length=1)
    gate: Gate | None = None
    rework: Rework | None = None
    timeout: Duration = Field(default=timedelta(minutes=30), gt=timedelta(0), le=timedelta(days=7))
    attempts: int = Field(default=3, ge=1, le=100, description="How often a failing step is tried in all.")
    priority: int = Field(default=3, ge=1, le=5, description="1 is the highest.")


class Pipeline(Contract):
    """The stages from brief to delivery. Raises ValueError, naming the stage and the rule that it breaks."""

    name: Slug
    description: Text = Field(default="", max_length=2_000)
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _check(self) -> Pipeline:
        producers: dict[ArtifactType, str] = {ArtifactType.USER_INPUT: "the project"}
        names: set[str] = set()
        for stage in self.stages:
            if stage.name in names:
                raise ValueError(f"stage {stage.name!r}: another stage has this name")
            names.add(stage.name)
            for produced in stage.produces:
                if produced in producers:
                    raise ValueError(f"stage {stage.name!r}: {produced} is produced by {producers[produced]!r} already")
                producers[produced] = stage.name
        for stage in self.stages:
            for consumed in stage.consumes:
                if consumed not in producers:
                    raise ValueError(f"stage {stage.name!r}: consumes {consumed}, which nothing produces")
        try:
            tuple(TopologicalSorter(self.upstream()).static_order())
        except CycleError as error:
            # graphlib gives the cycle as [a, b, a], each a predecessor of the next.
            raise ValueError(f"stage {error.args[1][0]!r}: a cycle: {' -> '.join(error.args[1])}") from None
        for stage in self.stages:
            if stage.rework and stage.rework.to not in self.ancestors(stage.name):
                raise ValueError(f"stage {stage.name!r}: reworks {stage.rework.to!r}, which is not upstream of it")
        return self

    def stage(self, name: str) -> Stage:
        """The stage of that name; raises KeyError."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def upstream(self) -> dict[str, tuple[str, ...]]:
        """For each stage, the stages whose artifacts it consumes, in the order in which it names them."""
        producers = {produced: stage.name for stage in self.stages for produced in stage.produces}
        return {
            stage.name: tuple(dict.fromkeys(producers[one] for one in stage.consumes if one in producers))
            for stage in self.stages
        }

    def ancestors(self, name: str) -> frozenset[str]:
        """Every stage that a stage depends on, at any distance."""
        upstream = self.upstream()
        found: set[str] = set()
        frontier = list(upstream[name])
        while frontier:
            one = frontier.pop()
            if one not in found:
                found.add(one)
                frontier.extend(upstream[one])
        return frozenset(found)

    def descendants(self, name: str) -> tuple[str, ...]:
        """Every stage that depends on a stage, at any distance, in the pipeline's order."""
        return tuple(stage.name for stage in self.stages if name in self.ancestors(stage.name))
