"""The decisions that `botarmy respond` takes: those of the page, and those of the API."""

from __future__ import annotations

from enum import StrEnum

from models.contracts.enums import HitlAction


class RespondAction(StrEnum):
    APPROVE = "approve"
    REQUEST_CHANGES = "request-changes"
    EDIT_AND_APPROVE = "edit-and-approve"
    REJECT = "reject"
    AMEND = "amend"

    @property
    def sent_as(self) -> HitlAction:
        """The action of the response."""
        return {RespondAction.APPROVE: HitlAction.APPROVE, RespondAction.REJECT: HitlAction.REJECT}.get(
            self, HitlAction.AMEND
        )
