"""What a person at the terminal can do about a request: a key and a label for each."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from cli.client.request_shapes import Request
from cli.client.shapes import Artifact
from models.contracts.enums import HitlReason

ALIASES = {"c": "e"}
"""Keys of earlier versions, which still work."""


def menu(request: Request) -> dict[str, str]:
    """Return the label of each available key, the usual decision first; nothing that decides, if others have to."""
    options = {} if request.is_barred else _decisions(request)
    if request.contents:
        options |= {"s": "show", "p": "pager"}
    elif request.cause or request.log:
        options["p"] = "pager"
    if any(map(has_changes, request.contents)):
        options["d"] = "diff"
    return options | {"l": "later"}


def _decisions(request: Request) -> dict[str, str]:
    options = {}
    call = request.reason == HitlReason.TOOL_CALL
    if request.may_approve:
        again = "try again" if request.is_failed_step else "approve"
        options["a"] = "permit the call" if call else "raise the budget" if request.is_exhausted_budget else again
    if request.may_redo or call:
        advice = "try again with advice" if request.is_failed_step else "request changes"
        options["e"] = "refuse the call" if call else advice
    if any(artifact.is_text for artifact in request.contents):
        options["w"] = "edit and approve"
    elif request.supplies and not call:
        options["w"] = "supply the result"
    if request.may_redo and earlier_stages(request):
        options["b"] = "send back"
    options["r"] = _end(request)
    return options | {"x": "extend"}


def menu_text(options: Mapping[str, str], width: int) -> Text:
    """Return the menu as a question. It breaks between its entries only."""
    text, column = Text("\n"), 0
    for key, label in options.items():
        length = len(f"[{key}] {label}  ")
        if column and column + length > width:
            text.append("\n")
            column = 0
        text.append(f"[{key}] ", "bold").append(f"{label}  ")
        column += length
    return text.append("> ", "bold")


def _end(request: Request) -> str:
    if request.at_expiry.effect == "ends_task" or request.task.is_standalone:
        return "end task"
    return "reject and end project" if request.contents else "end project"


def describe_end(request: Request) -> str:
    """Return what [r] does, as part of a sentence."""
    return _end(request).replace("reject and", "reject this and").replace("end ", "end the ")


def earlier_stages(request: Request) -> list[str]:
    """Return the stages that a response may send the work back to, beside the one of a comment alone, nearest first."""
    return [stage for stage in reversed(request.redo_stages) if stage != request.redo_default]


def has_changes(artifact: Artifact) -> bool:
    """Return whether an artifact can be compared with an earlier version."""
    return artifact.version > 1 and artifact.is_text
