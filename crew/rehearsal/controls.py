"""Controls for a rehearsal in the brief's front matter: slow steps, failures, low confidence.

---
rehearsal:
  step_seconds: 2
  fail_step: build        # or {stage: build, times: 1, retryable: true}
  fail_tests_rounds: 1
  confidence: 0.4         # or {stage: value}
---
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from crew.protocol import AgentError
from crew.reading.front_matter import yaml_block
from crew.reading.yaml_text import load_yaml

_Fraction = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepFailure(_Strict):
    """A stage whose step fails `times` times before it succeeds.

    If retryable, the first attempts of the first round fail; otherwise, the first rounds do.
    """

    stage: str = Field(min_length=1)
    times: int = Field(default=1, ge=1, le=1_000)
    retryable: bool = True


def _expand_stage_name(value: object) -> object:
    return {"stage": value} if isinstance(value, str) else value


class Controls(_Strict):
    """The `rehearsal` block. `step_seconds` None means the crew's setting."""

    step_seconds: float | None = Field(default=None, ge=0, le=3_600)
    fail_step: Annotated[StepFailure | None, BeforeValidator(_expand_stage_name)] = None
    fail_tests_rounds: int = Field(default=0, ge=0, le=1_000)
    confidence: _Fraction | dict[str, _Fraction] | None = None

    def confidence_at(self, stage: str) -> float | None:
        """Return the confidence that is set for a stage, or None."""
        return self.confidence.get(stage) if isinstance(self.confidence, dict) else self.confidence


def rehearsal_controls(brief: str) -> Controls:
    """Return the controls in the brief's front matter, or the defaults.

    Raises:
        AgentError: the rehearsal block is invalid; the message names the field (not retryable).
    """
    block = yaml_block(brief)
    return _controls(block) if block is not None else Controls()


@lru_cache(maxsize=64)
def _controls(front_matter: str) -> Controls:
    loaded = load_yaml(front_matter)
    if loaded is None and re.search(r"^rehearsal\s*:", front_matter, re.MULTILINE):
        raise AgentError("The brief's front matter has a rehearsal block but is not valid YAML.", retryable=False)
    block = loaded.get("rehearsal") if isinstance(loaded, dict) else None
    if block is None:
        return Controls()
    try:
        return Controls.model_validate(block)
    except ValidationError as error:
        problems = "; ".join(sorted({_problem(each["loc"], each["msg"]) for each in error.errors()}))
        raise AgentError(f"The brief's rehearsal block is invalid: {problems}.", retryable=False) from error


def _problem(location: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(['rehearsal', *map(str, location)])[:120]}: {message}"
