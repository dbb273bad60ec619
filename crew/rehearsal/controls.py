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

import json
import re
import tomllib
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from crew.protocol import AgentError

_MAX_FRONT_MATTER_CHARACTERS = 16_384
_MAX_DEPTH = 20
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)

_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)

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
    front_matter = _FRONT_MATTER.match(brief[:_MAX_FRONT_MATTER_CHARACTERS])
    return _controls(front_matter.group(1)) if front_matter else Controls()


def without_front_matter(brief: str) -> str:
    """Return the brief's Markdown without YAML or TOML front matter. A leading rule that opens no YAML mapping is
    Markdown, and is kept. Of a brief that is a JSON object, nothing is left."""
    if _load_json(brief):
        return ""
    if (toml := _TOML.match(brief[:_MAX_FRONT_MATTER_CHARACTERS])) and _load_toml(toml[1]):
        return brief[toml.end() :]
    front_matter = _FRONT_MATTER.match(brief[:_MAX_FRONT_MATTER_CHARACTERS])
    if front_matter is None or not isinstance(_load_yaml(front_matter.group(1)), dict):
        return brief
    return brief[front_matter.end() :]


def front_matter(brief: str) -> dict[str, Any]:
    """Return the brief's YAML or TOML front matter, or the whole brief if it is a JSON object, or else {}."""
    if loaded_json := _load_json(brief):
        return loaded_json
    if toml := _TOML.match(brief[:_MAX_FRONT_MATTER_CHARACTERS]):
        return _load_toml(toml[1])
    found = _FRONT_MATTER.match(brief[:_MAX_FRONT_MATTER_CHARACTERS])
    loaded = _load_yaml(found.group(1)) if found else None
    return loaded if isinstance(loaded, dict) else {}


def _load_json(brief: str) -> dict[str, Any]:
    """Return a brief that is a JSON object, or {}. One that is nested more deeply than any person writes is text."""
    text = brief.lstrip("\ufeff \t\r\n")
    if not text.startswith("{"):
        return {}
    steps = ((bracket in "{[") - (bracket in "}]") for bracket in re.findall(r"[{}\[\]]", text))
    if max(accumulate(steps)) > _MAX_DEPTH:
        return {}
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}


@lru_cache(maxsize=64)
def _controls(front_matter: str) -> Controls:
    loaded = _load_yaml(front_matter)
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


def _load_toml(front_matter: str) -> dict[str, Any]:
    try:
        return tomllib.loads(front_matter)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


@lru_cache(maxsize=64)
def _load_yaml(front_matter: str) -> Any:
    try:
        return yaml.safe_load(front_matter)
    except (yaml.YAMLError, RecursionError, ValueError):
        # ValueError: a scalar that looks like a date or a number but is not one (2024-13-45).
        return None
