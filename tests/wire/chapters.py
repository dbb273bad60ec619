"""The fixed scenario, in chapters: each carries a project of its own through the API and to its end.

It speaks HTTP and WebSocket only, so that it runs against any version of the code.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.wire.artifact_chapter import artifacts
from tests.wire.budget_chapter import budgets
from tests.wire.project_chapters import cancellation, catalogue, delivery, expiry, rejection, rework
from tests.wire.recovery_chapter import recovery
from tests.wire.refusal_chapter import refusals
from tests.wire.sign_in_chapter import sign_in
from tests.wire.socket_chapter import websocket
from tests.wire.stop_chapter import stops
from tests.wire.transcript import Transcript

Chapter = Callable[[Transcript], Awaitable[None]]

CHAPTERS: tuple[Chapter, ...] = (
    catalogue,
    delivery,
    rejection,
    cancellation,
    expiry,
    rework,
    stops,
    artifacts,
    budgets,
    recovery,
    refusals,
    sign_in,
    websocket,
)
