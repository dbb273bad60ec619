"""A hostile MCP server to test with, beneath the library: `python hostile_server.py WHAT`. Its tool is `act`."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

WHAT = sys.argv[1]
SCHEMAS: dict[str, dict[str, Any]] = {
    "reference": {"properties": {"text": {"$ref": "http://127.0.0.1:1/schema.json"}}},
    "pattern": {"properties": {"text": {"pattern": "^(a+)+$"}}},
    "patterns": {"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False},
    "itself": {"allOf": [{"$ref": "#"}]},
    "doubling": {
        "$defs": {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(40)} | {"40": {}},
        "$ref": "#/$defs/0",
    },
    "dynamic": {
        "$defs": {str(n): {"allOf": [{"$dynamicRef": f"#/$defs/{n + 1}"}] * 2} for n in range(40)} | {"40": {}},
        "$dynamicRef": "#/$defs/0",
    },
    "no schema": {"properties": {"text": {"type": "bogus"}}},
    "large schema": {"description": "x" * 60_000},
}
TEXTS = {"surrogate": rb'"cut \ud83d"', "bytes": b'"cut \xf0\x9f"'}


def say(answers: int, **answer: Any) -> None:
    out(json.dumps({"jsonrpc": "2.0", "id": answers, **answer}).encode())


def out(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def called(answers: int) -> None:
    text = [{"type": "text", "text": "done"}]
    match WHAT:
        case "large" | "blocks":
            say(answers, result={"content": text * 300_000 if WHAT == "blocks" else [{**text[0], "text": "x" * 9**8}]})
        case "endless":
            while True:
                sys.stdout.buffer.write(b"x" * 65_536)
        case "surrogate" | "bytes":
            content = b'{"content": [{"type": "text", "text": %s}]}' % TEXTS[WHAT]
            out(b'{"jsonrpc": "2.0", "id": %d, "result": %s}' % (answers, content))
        case "structured" | "output pattern":
            say(answers, result={"content": [], "structuredContent": {"answer": "a" * 50 + "!"}})
        case "resource":
            say(answers, result={"content": [{"type": "resource", "resource": {"uri": "a:b", "text": "inside"}}]})
        case "secret":
            say(answers, error={"code": 1, "message": f"{sys.argv[2]} and {os.environ['SHORT']}"})
        case _:
            say(answers, result={"content": text})


def main() -> None:
    if WHAT == "noise":
        sys.stdout.write("Starting ...\n{}\n" * 100)
    if WHAT == "child" and os.fork() == 0:
        time.sleep(600)
    for message in map(json.loads, sys.stdin):
        match message["method"]:
            case "initialize":
                version = message["params"]["protocolVersion"]
                server = {"name": "hostile", "version": "1"}
                say(
                    message["id"],
                    result={"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": server},
                )
            case "tools/list":
                tool = {"name": "act", "inputSchema": {"type": "object", **SCHEMAS.get(WHAT, {})}}
                if WHAT == "output pattern":
                    pattern = {"properties": {"answer": {"pattern": "^(a+)+$"}}}
                    tool["outputSchema"] = {"type": "object", **pattern}
                tools = [tool, tool] if WHAT == "twice" else [tool, {**tool, "name": "a.b"}, {**tool, "name": "a_b"}]
                say(message["id"], result={"tools": tools})
            case "tools/call":
                called(message["id"])
            case _ if "id" in message:
                say(message["id"], error={"code": -32601, "message": "Method not found"})


if __name__ == "__main__":
    main()
