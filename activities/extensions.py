"""Record a later deadline of a HITL request."""

from __future__ import annotations

from temporalio import activity

from models.contracts.extension import ExtensionOutcome, RecordExtensionInput
from store import hitl_extensions
from store.transaction import Store


class Extensions:
    """The activity that records extensions: short, idempotent, run as a local activity."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @activity.defn
    async def record_extension(self, given: RecordExtensionInput) -> ExtensionOutcome:
        """Apply an extension, unless its request is closed or another deadline holds. Return the deadline as recorded.

        It is not late although the deadline may have passed by now: the API sent it before, and nobody has recorded
        the expiry.
        """
        async with self._store.transaction(given.project_id) as tx:
            return ExtensionOutcome(deadline=await hitl_extensions.extend(tx, given.extension))
