"""The ids of the patches. An id stays as it is for as long as histories that carry it must replay."""

from __future__ import annotations

RESPONSES_AHEAD = "responses-ahead-of-their-request"
KNOWN_REQUESTS_ONLY = "responses-to-requests-that-are-known"
UNKNOWN_FIELDS = "responses-with-unknown-fields"
CONTINUE_FAILED_STEP = "continue-failed-step"
"""Followed by the request's id, since a workflow decides once for each patch id whether it is patched."""
EXTENSIONS = "extensions"
"""Followed by the extension's id: earlier versions do not know the signal, and a history may have recorded that."""
HOLD_DEADLINES = "deadlines-stand-still-while-paused"
"""Followed by the number of the pause, for the same reason."""
DISPUTED_IDS = "responses-with-a-disputed-decision-id"
"""Followed by the request's id: earlier versions dropped what had the winner's decision id, also if that was forged."""
