"""A pipeline as data: its stages, gates and rework rules, and the checks that make it runnable."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from typing import Annotated

from pydantic import Field, model_validator

from .approvals import Approvals
from .budget import Budget
from .contract import Contract, Duration, Slug, Text, numbers
from .enums import GateAsk, OnExpiry, Oversight, Risk
from .names import AgentType, ArtifactType, BuiltInArtifact
from .roles import BUILT_IN_ARTIFACTS, BUILT_IN_ROLES, ArtifactKind, ModelName, Role

ArtifactTypes = tuple[ArtifactType, ...]

MAX_ROUNDS = 100
"""The most rounds that a gate may allow."""


class Gate(Contract):
    """The point after a stage where a human decides."""

    ask: GateAsk = GateAsk.ALWAYS
    important: bool = Field(default=False, description="Also asks at medium oversight.")
    question: Text = Field(default="Do you approve this result?", min_length=1, max_length=500)
    expires_in: Duration = Field(default=timedelta(hours=24), gt=timedelta(0), le=timedelta(days=365))
    on_expiry: OnExpiry = OnExpiry.HALT
    max_rounds: int = Field(default=5, ge=1, le=MAX_ROUNDS, description="How many times the stage may run.")
    confidence_below: float = Field(default=0.7, ge=0, le=1, description="What counts as low confidence.")
    approvals: Approvals | None = Field(default=None, description="Who may decide; null is everybody who may approve.")

    _numbers = numbers("max_rounds", "confidence_below")

    def with_oversight(self, oversight: Oversight | None) -> Gate:
        """Return this gate with a project's oversight applied. None keeps the pipeline's rule."""
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
"""The gate of a stage that declares none. It never asks for a review, but its limits apply when a failure asks."""


class Rework(Contract):
    """A failed verdict sends the work back to an earlier stage, at most `max_rounds` times. Then a human is asked."""

    to: Slug
    max_rounds: int = Field(default=3, ge=1, le=100)

    _numbers = numbers("max_rounds")


class Stage(Contract):
    """One agent's turn: what it consumes, what it produces, its gate."""

    name: Slug
    agent: AgentType
    instructions: Text = Field(default="", max_length=10_000)
    consumes: ArtifactTypes = (BuiltInArtifact.USER_INPUT,)
    produces: ArtifactTypes = Field(min_length=1)
    gate: Gate | None = None
    rework: Rework | None = None
    timeout: Duration = Field(default=timedelta(minutes=30), gt=timedelta(0), le=timedelta(days=7))
    attempts: int = Field(default=3, ge=1, le=100, description="How many times a failing step is tried in total.")
    priority: int = Field(default=3, ge=1, le=5, description="1 is the highest.")
    model: ModelName | None = Field(default=None, description="Overrides the model of the role and of the project.")
    budget: Budget | None = Field(
        default=None, description="What a step of the stage may use, in addition to the limits of its role."
    )
    risk: Risk = Field(
        default=Risk.NORMAL,
        description="`high`: a person decides on every result, whatever the oversight, and each by itself.",
    )

    _numbers = numbers("attempts", "priority")

    def gate_under(self, oversight: Oversight | None) -> Gate:
        """Return the stage's gate with a project's oversight applied. At high risk it always asks."""
        if self.risk is Risk.HIGH:
            return (self.gate or Gate()).model_copy(update={"ask": GateAsk.ALWAYS})
        return self.gate.with_oversight(oversight) if self.gate else NO_GATE


class Pipeline(Contract):
    """The stages from brief to delivery. Raises ValueError with the stage and the rule that it breaks.

    `roles` and `artifacts` declare what the stages use beside the built-in ones. A role may replace a built-in one.
    """

    name: Slug
    description: Text = Field(default="", max_length=2_000)
    roles: tuple[Role, ...] = Field(default=(), max_length=100)
    artifacts: tuple[ArtifactKind, ...] = Field(default=(), max_length=1_000)
    budget: Budget | None = Field(default=None, description="What a project may use, unless it has a budget itself.")
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _check(self) -> Pipeline:
        self._check_names()
        producers: dict[ArtifactType, str] = {BuiltInArtifact.USER_INPUT: "the project"}
        names: set[str] = set()
        for stage in self.stages:
            if stage.name in names:
                raise ValueError(f"stage {stage.name!r}: another stage has this name")
            names.add(stage.name)
            for produced in stage.produces:
                if produced in producers:
                    raise ValueError(f"stage {stage.name!r}: {produced} is already produced by {producers[produced]!r}")
                producers[produced] = stage.name
        for stage in self.stages:
            for consumed in stage.consumes:
                if consumed not in producers:
                    raise ValueError(f"stage {stage.name!r}: consumes {consumed}, which nothing produces")
        try:
            tuple(TopologicalSorter(self.upstream()).static_order())
        except CycleError as error:
            # graphlib reports the cycle as [a, b, a], each a predecessor of the next.
            raise ValueError(f"stage {error.args[1][0]!r}: a cycle: {' -> '.join(error.args[1])}") from None
        for stage in self.stages:
            if stage.rework and stage.rework.to not in self.ancestors(stage.name):
                raise ValueError(f"stage {stage.name!r}: reworks {stage.rework.to!r}, which is not upstream of it")
            if stage.risk is Risk.HIGH and stage.gate and stage.gate.on_expiry is OnExpiry.APPROVE:
                raise ValueError(
                    f"stage {stage.name!r}, gate.on_expiry: cannot be approve, because its risk is high: only a person "
                    "approves its result"
                )
        return self

    def _check_names(self) -> None:
        """Check that each role and artifact type that a stage names is declared, once. Raises ValueError with a line
        for each problem."""
        roles, types = self._roles(), self._artifacts()
        problems = [
            f"{what} {name!r}: it is declared {count} times"
            for what, declared in (("role", self.roles), ("artifact", self.artifacts))
            for name, count in Counter(each.name for each in declared).items()
            if count > 1
        ]
        problems += [
            f"artifact {kind.name!r}: it is built in, and cannot be declared again"
            for kind in self.artifacts
            if kind.name in BUILT_IN_ARTIFACTS
        ]
        for stage in self.stages:
            if stage.agent not in roles:
                problems.append(
                    f"stage {stage.name!r}, agent: {stage.agent} is not a role; the roles are {', '.join(roles)}, and "
                    "those that the pipeline declares under `roles`"
                )
            problems += [
                f"stage {stage.name!r}, {field}.{index}: {type} is not an artifact type; the types are "
                f"{', '.join(types)}, and those that the pipeline declares under `artifacts`"
                for field, named in (("consumes", stage.consumes), ("produces", stage.produces))
                for index, type in enumerate(named)
                if type not in types
            ]
        if problems:
            raise ValueError("\n".join(problems))

    def _roles(self) -> dict[str, Role]:
        return BUILT_IN_ROLES | {role.name: role for role in self.roles}

    def _artifacts(self) -> dict[str, ArtifactKind]:
        return BUILT_IN_ARTIFACTS | {kind.name: kind for kind in self.artifacts}

    def role(self, name: AgentType) -> Role | None:
        """Return a role by name, declared or built in, or None."""
        return self._roles().get(name)

    def declared_role(self, name: AgentType) -> Role | None:
        """Return a role that this pipeline declares, or None."""
        return next((role for role in self.roles if role.name == name), None)

    def artifact(self, name: ArtifactType) -> ArtifactKind | None:
        """Return an artifact type by name, declared or built in, or None."""
        return self._artifacts().get(name)

    @property
    def all_roles(self) -> tuple[Role, ...]:
        """The built-in roles, and those that the pipeline declares."""
        return tuple(self._roles().values())

    @property
    def all_artifacts(self) -> tuple[ArtifactKind, ...]:
        """The built-in artifact types, and those that the pipeline declares."""
        return tuple(self._artifacts().values())

    def stage(self, name: str) -> Stage:
        """Return a stage by name, or raise KeyError."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def upstream(self) -> dict[str, tuple[str, ...]]:
        """Return, for each stage, the stages whose artifacts it consumes, in the declared order."""
        producers = {produced: stage.name for stage in self.stages for produced in stage.produces}
        return {
            stage.name: tuple(dict.fromkeys(producers[type] for type in stage.consumes if type in producers))
            for stage in self.stages
        }

    def ancestors(self, name: str) -> frozenset[str]:
        """Return every stage that a stage depends on, directly or indirectly."""
        upstream = self.upstream()
        found: set[str] = set()
        frontier = list(upstream[name])
        while frontier:
            stage = frontier.pop()
            if stage not in found:
                found.add(stage)
                frontier.extend(upstream[stage])
        return frozenset(found)

    def begins_from_source(self, name: str) -> bool:
        """Return whether a stage reads the code that the project was given: until a stage before it has produced code.

        Acceptance tests are written from the documents alone, even if there is code.
        """
        before = self.ancestors(name)
        produced = {type for stage in self.stages if stage.name in before for type in stage.produces}
        writes_acceptance = BuiltInArtifact.ACCEPTANCE_TESTS in self.stage(name).produces
        return BuiltInArtifact.SOURCE_CODE not in produced and not writes_acceptance

    def descendants(self, name: str) -> tuple[str, ...]:
        """Return every stage that depends on a stage, directly or indirectly, in the pipeline's order."""
        return tuple(stage.name for stage in self.stages if name in self.ancestors(stage.name))
