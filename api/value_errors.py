"""What is wrong with a value of a request, in the words of people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NOUNS = "Input|String|List|Set|Frozenset|Tuple|Dictionary|Data|Bytes|Value"
_SUBJECT = re.compile(rf"^(Value error, |({_NOUNS}) (?=should ))")
"""What pydantic's messages begin with. The name of the field says it better."""

_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is unknown",
    "string_type": "should be text",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "uuid_parsing": "should be an id (a UUID)",
    "uuid_type": "should be an id (a UUID)",
    "datetime_from_date_parsing": "should be a time, such as 2026-01-31T12:00:00Z",
    "datetime_parsing": "should be a time, such as 2026-01-31T12:00:00Z",
    "datetime_type": "should be a time, such as 2026-01-31T12:00:00Z",
    "list_type": "should be a list",
    "frozen_set_type": "should be a list",
    "set_type": "should be a list",
    "tuple_type": "should be a list",
    "dict_type": "should be an object",
    "model_type": "should be an object",
    "model_attributes_type": "should be an object",
}
"""By pydantic's type of the error, whose own message speaks of inputs, and of Python's types."""


def explain(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, to be read after the name of its field."""
    context = error.get("ctx", {})
    match error["type"]:
        case "enum" | "literal_error":
            return f"should be {context['expected']}"
        case "string_too_short" if context["min_length"] == 1:
            return "must not be empty"
        case kind:
            return _WORDS.get(kind) or _SUBJECT.sub("", error["msg"])
