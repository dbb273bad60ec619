"""`python -m tests.web.api_types` writes `web/js/api.d.ts`: the shapes of REST as TypeScript types, from OpenAPI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.app import create_app
from config.settings import Settings
from models.contracts.event_data import PAYLOADS

FILE = Path(__file__).resolve().parents[2] / "web" / "js" / "api.d.ts"
HEAD = "// Generated from the OpenAPI document: `python -m tests.web.api_types` writes it, a test compares.\n"
PAYLOAD_NAMES = {payload.__name__ for payload in PAYLOADS.values()}
PRIMITIVES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def rendered() -> str:
    schemas: dict[str, Any] = create_app(Settings(_env_file=None)).openapi()["components"]["schemas"]
    return HEAD + "".join(_declaration(name, schema) for name, schema in sorted(schemas.items()))


def _declaration(name: str, schema: dict[str, Any]) -> str:
    if schema.get("type") != "object":
        return f"\nexport type {name} = {_type(schema)};\n"
    # What the API returns is complete; of a body, and of an event's data, what has a default may be missing.
    may_lack = name.endswith("Create") or name in PAYLOAD_NAMES
    optional = set(schema["properties"]) - set(schema.get("required", ())) if may_lack else set()
    lines = (
        f"  {key}{'?' if key in optional else ''}: {_type(value)};\n" for key, value in schema["properties"].items()
    )
    return f"\nexport interface {name} {{\n{''.join(lines)}}}\n"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " | ".join(dict.fromkeys(_type(choice) for choice in schema[union]))
    match schema.get("type"):
        case "array":
            items = _type(schema["items"])
            return f"({items})[]" if " " in items else f"{items}[]"
        case "object":
            values = schema.get("additionalProperties", True)
            return f"Record<string, {_type(values) if isinstance(values, dict) else 'any'}>"
        case kind:
            return PRIMITIVES.get(str(kind), "any")


if __name__ == "__main__":
    FILE.write_text(rendered())
