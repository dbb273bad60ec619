"""A body that never changes while the API runs. Making and compressing it takes up to half a second of the processor,
so it is done once, however many ask for it."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class FixedBody:
    plain: bytes
    compressed: bytes
    media_type: str

    @classmethod
    def of(cls, plain: bytes, media_type: str) -> FixedBody:
        return cls(plain, gzip.compress(plain, mtime=0), media_type)

    def respond(self, request: Request, headers: Mapping[str, str] | None = None) -> Response:
        """Return it as the client wants it, compressed or not."""
        given = {"Vary": "Accept-Encoding", **(headers or {})}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.plain, headers=given, media_type=self.media_type)
        return Response(self.compressed, headers=given | {"Content-Encoding": "gzip"}, media_type=self.media_type)
