"""The arguments of an MCP server's tool, checked against a schema that the server wrote, and that may be hostile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import orjson
from pydantic import ConfigDict, model_validator

from crew.model.tool import Arguments

MAX_SCHEMA = 50_000
"""Bytes of a schema as JSON, all of which a model reads in each turn."""

MAX_REFERENCES = 10_000
"""References that are followed to check the arguments of one call: each can double the work."""

_UNCHECKED = ("pattern", "patternProperties", "unevaluatedProperties")
"""What is left to the server: a regular expression can take forever, and would stop the worker."""


class SchemaError(Exception):
    """The schema of a tool cannot be used."""


class ExternalArguments(Arguments):
    """Arguments of a tool whose schema its server wrote."""

    model_config = ConfigDict(extra="allow", frozen=True)
    definition: ClassVar[Mapping[str, Any]]

    @property
    def given(self) -> dict[str, Any]:
        return dict(self.model_extra or {})

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        return dict(cls.definition)

    @model_validator(mode="before")
    @classmethod
    def _fit(cls, given: object) -> object:
        if problem := _problem(cls.definition, given):
            raise ValueError(problem)
        return given


def arguments_of(schema: Mapping[str, Any]) -> type[ExternalArguments]:
    """Return the arguments of a tool with this JSON schema."""
    return type("Given", (ExternalArguments,), {"definition": schema, "__module__": __name__})


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise SchemaError if this is no JSON schema, or too large a one."""
    import jsonschema

    if (size := len(orjson.dumps(schema))) > MAX_SCHEMA:
        raise SchemaError(f"it has {size:,} bytes, and at most {MAX_SCHEMA:,} are possible")
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise SchemaError(f"{'.'.join(map(str, error.absolute_path)) or 'it'}: {error.message[:200]}") from None


def _problem(schema: Mapping[str, Any], given: object) -> str | None:
    """Return what of the arguments does not fit. A schema that cannot be evaluated is the server's problem, and its
    tool cannot be called."""
    import jsonschema
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    keywords = {
        name: check for name, check in jsonschema.Draft202012Validator.VALIDATORS.items() if name not in _UNCHECKED
    }
    keywords["$ref"] = _limited(keywords["$ref"])
    keywords["$dynamicRef"] = _limited(keywords["$dynamicRef"])
    keywords["additionalProperties"] = _unless_patterns(keywords["additionalProperties"])
    validator = jsonschema.validators.create(jsonschema.Draft202012Validator.META_SCHEMA, keywords)
    try:
        # With an empty registry: the default one would request the addresses that a schema refers to.
        error = jsonschema.exceptions.best_match(validator(schema, registry=Registry()).iter_errors(given))
    except Unresolvable as missing:
        return f"the schema of this tool refers to what it does not contain: {missing.ref[:200]}"
    except (RecursionError, OverflowError):
        return "the schema of this tool refers to itself without an end."
    return error and f"{'.'.join(map(str, error.absolute_path)) or 'arguments'}: {error.message[:500]}"


_Check = Callable[[Any, Any, Any, Any], Iterator[Any] | None]


def _limited(check: _Check) -> _Check:
    left = iter(range(MAX_REFERENCES))

    def limited(*given: Any) -> Iterator[Any] | None:
        if next(left, None) is None:
            raise RecursionError
        return check(*given)

    return limited


def _unless_patterns(check: _Check) -> _Check:
    def unless_patterns(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[Any] | None:
        return None if "patternProperties" in schema else check(validator, allowed, instance, schema)

    return unless_patterns
