"""Hostile request bodies, each with the expected status."""

from __future__ import annotations

import json
import zlib

MIB = 2**20
DEEP = 10_000
MANY = 10_000
ID = "01890a5d-0000-7000-8000-000000000000"
JSON = {"Content-Type": "application/json"}


def text(name: str, value: str) -> bytes:
    """Return a body with one unescaped text."""
    return b'{"%s": "%s"}' % (name.encode(), value.encode())


HOSTILE: dict[str, tuple[bytes, int]] = {
    "10 MB of text": (text("description", "x" * 10 * MIB), 413),
    "10 MB of brackets": (b"[" * 10 * MIB, 413),
    "lists nested 10,000 deep": (b"[" * DEEP + b"]" * DEEP, 422),
    "objects nested 10,000 deep": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, 422),
    "a field nested 10,000 deep": (b'{"description": ' + b"[" * DEEP + b"]" * DEEP + b"}", 422),
    "NUL in a text": (text("description", "a\\u0000b"), 422),
    "NUL for a body": (b"\x00", 422),
    "a lone surrogate": (text("description", "\\ud800"), 422),
    "a lone surrogate for a name": (b'{"\\udfff": 1}', 422),
    "bytes that are not UTF-8": (b'{"description": "\xff\xfe"}', 422),
    "a list of 10,000": (json.dumps([ID] * MANY).encode(), 422),
    "a field with a list of 10,000": (json.dumps({"context_ids": [ID] * MANY}).encode(), 422),
    "10,000 fields": (json.dumps({f"f{number}": number for number in range(MANY)}).encode(), 422),
    "2 MB of fields": (b"{" + b",".join(b'"%d":0' % number for number in range(190_000)) + b"}", 422),
    "2 MB of ids": (json.dumps({"context_ids": [ID] * 50_000}).encode(), 422),
    "2 MB of lists": (b'{"context_ids": [' + b"[]," * 690_000 + b"[]]}", 422),
    "2 MB of numbers": (b"[" + b"0," * (MIB - 2) + b"0]", 422),
    "the same field 10,000 times": (b'{"name": "x", ' + b", ".join([b'"name": "x"'] * MANY) + b"}", 422),
    "a number of 10,000 digits": (b'{"name": ' + b"9" * MANY + b"}", 422),
    "NaN": (b'{"name": NaN}', 422),
    "half of a body": (b'{"name": "x", "descr', 422),
    "no body": (b"", 422),
    "a zip bomb that says it is gzip": (zlib.compress(b"0" * 50 * MIB, 9), 422),
}
