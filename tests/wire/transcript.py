"""What a client and the API said to each other, with placeholders for everything that differs from run to run."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import httpx2

V1 = "/api/v1"

HEADERS = ("content-type", "location", "etag", "retry-after", "allow", "content-disposition")
"""The headers that are part of the contract."""

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SHA256 = r"\b[0-9a-f]{64}\b"
_IDENTITY = re.compile(f"({_UUID})|({_SHA256})")
_RENDERER_VERSION = re.compile(r"(?<=\.html)\.[0-9a-f]{8}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)")
_SECRET = re.compile(r"\bbay_[A-Za-z0-9_-]{43}")
_WORD = re.compile(r"[a-z][a-z0-9_-]*")

_NUMBERS = {"size", "latency_ms", "history_length", "count", "fraction"}
"""Fields whose number depends on the run, or on prose."""
_PROSE = {
    "detail",
    "title",
    "message",
    "explanation",
    "note",
    "question",
    "reason",
    "error",
    "description",
    "instructions",
    "feedback",
    "content",
    "summary",
    "cause",
    "log",
    "effect",
}
"""Fields that hold text for people. What the scenario itself sent is kept, and so is a word of a vocabulary."""


class Transcript:
    """Calls the API and records each exchange. One project per transcript keeps it independent of the others."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http
        self.entries: list[dict[str, Any]] = []
        self.received: list[Mapping[str, Any]] = []
        """The frames as they came."""
        self._names: dict[str, str] = {}
        self._sent: set[str] = set()

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """Make a call and record it. Return the body's JSON, or None if it has none."""
        self._sent.update(_texts(options.get("json")))
        answer = await self.http.request(method, path, **options)
        entry: dict[str, Any] = {"call": f"{method} {self._replaced(path)}"}
        if "params" in options:
            entry["query"] = self.normalised(options["params"])
        if "json" in options:
            entry["body"] = self.normalised(options["json"])
        headers = {name: self._replaced(answer.headers[name]) for name in HEADERS if name in answer.headers}
        body, found = self._body(answer)
        self.entries.append(entry | {"status": answer.status_code, "headers": headers, "answer": body})
        return found

    async def get(self, path: str, **params: Any) -> Any:
        return await self.call("GET", V1 + path, **({"params": params} if params else {}))

    async def post(self, path: str, **options: Any) -> Any:
        return await self.call("POST", V1 + path, **options)

    def frames(self, name: str, frames: Iterable[Mapping[str, Any]]) -> None:
        """Record frames from the server. Heartbeats are left out, and of equal live frames all but one: how many
        there are depends on the clock."""
        kept: list[Any] = []
        for frame in frames:
            self.received.append(frame)
            shown = self.normalised(frame)
            if frame["event_type"] in ("connection_ready", "project_changed", "heartbeat"):
                shown["data"] = dict.fromkeys(frame["data"], "<number>")
            if frame["seq"] is None and shown in kept:
                continue
            kept.append(shown)
        self.entries.append({"frames": name, "received": kept})

    def sent(self, frame: Any) -> None:
        """Record a frame from the client."""
        self.entries.append({"sent": self.normalised(frame)})

    def closed(self, code: int | None) -> None:
        """Record the code that the server closed a socket with."""
        self.entries.append({"closed": code})

    def normalised(self, value: Any, name: str = "") -> Any:
        """A JSON value with placeholders."""
        match value:
            case dict():
                return {self._replaced(key): self.normalised(item, key) for key, item in value.items()}
            case list() | tuple():
                return [self.normalised(item, name) for item in value]
            case bool() | None:
                return value
            case int() | float():
                return "<number>" if name in _NUMBERS else value
            case str():
                return self._text(value, name)
        raise AssertionError(f"not JSON: {value!r}")

    def _text(self, text: str, name: str) -> str:
        if name == "version":
            return "<version>"
        if name == "next_cursor":
            return text if text.isdigit() else "<cursor>"
        if name in _PROSE and text and text not in self._sent and not _WORD.fullmatch(text):
            return "<text>"
        return self._replaced(text)

    def _replaced(self, text: str) -> str:
        """The text with a name in place of each id and hash, the same one whenever it occurs, and without times."""
        text = _SECRET.sub("<secret>", _RENDERER_VERSION.sub(".<renderer>", text))
        return _TIME.sub(r"<time \1>", _IDENTITY.sub(self._name, text))

    def _name(self, match: re.Match[str]) -> str:
        kind = "id" if match[1] else "hash"
        number = sum(name.startswith(f"<{kind}") for name in self._names.values()) + 1
        return self._names.setdefault(match[0], f"<{kind} {number}>")

    def _body(self, answer: httpx2.Response) -> tuple[Any, Any]:
        """The body as it is recorded, and as it is."""
        kind = answer.headers.get("content-type", "")
        if not answer.content:
            return None, None
        if "json" in kind:
            found = answer.json()
            return self.normalised(found), found
        if kind == "application/zip":
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                manifest = json.loads(archive.read("manifest.json"))
                return {"files": archive.namelist(), "manifest": self.normalised(manifest)}, None
        return answer.text if answer.text in self._sent else f"<{kind.partition(';')[0]}>", None


def _texts(value: Any) -> set[str]:
    match value:
        case str():
            return {value}
        case dict():
            return set().union(*map(_texts, value.values()))
        case list():
            return set().union(*map(_texts, value))
    return set()
