"""A request on a terminal: what it is about, why, what its deadline does, and the beginning of what it asks about."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from cli.client.deadlines import consequence, is_urgent
from cli.client.outcomes import decided
from cli.client.request_shapes import SHOWN_DIGITS, Request
from cli.views import artifact_view
from cli.views.namesakes import names_of
from cli.views.printable import plain, printable

PREVIEW_LINES = 12
LOG_LINES = 8


def introduce(request: Request, console: Console) -> None:
    """Print the request. What is left out is said, with the keys that show it."""
    rounds = f", round {request.round}" if request.round > 1 else ""
    title = plain(f"{request.stage}: {request.agent_type}{rounds}", "bold")
    console.print(Rule(title, align="left", style="red" if request.is_failure else "yellow"))
    if request.title:
        console.print(plain(request.title, "bold red" if request.is_failure else "bold"))
    if request.cause and request.title:
        console.print(Text(printable(request.cause)))
        _print_end_of_log(request, console)
    else:
        console.print(Text(printable(request.question), "bold"))
    now = datetime.now(UTC)
    console.print(Text(printable(consequence(request, now)), "bold red" if is_urgent(request, now) else "dim"))
    if request.eligibility.reason:
        console.print(plain(f"You cannot decide this. {request.eligibility.reason}", "yellow", max_length=1000))
    for change in request.replaced:
        console.print(plain(f"What its step read was {change.what} by {change.by}. It asks again.", "yellow"))
    name_of = names_of((decision.responder, decision.principal_id) for decision in request.history)
    for decision in request.history:
        what = decided(decision.action, accepted=decision.has_content)
        name = name_of(decision.responder, decision.principal_id)
        console.print(plain(f"{what} by {name}: {decision.outcome}", "dim"))
    for artifact in request.contents:
        console.print(plain(artifact_view.title(artifact), "cyan"))
    if request.contents:
        hidden = artifact_view.preview(request.contents[0], console, PREVIEW_LINES)
        others = len(request.contents) - 1
        if hidden or others:
            parts = [f"{hidden} more lines" if hidden else "", f"{others} more to read" if others else ""]
            left_out = " and ".join(filter(None, parts))
            console.print(plain(f"… cut here: {left_out}. [s] shows all of it, [p] in a pager.", "yellow"))


def whole(request: Request, console: Console) -> str:
    """Return everything that a request asks about as text for a pager."""
    with console.capture() as captured:
        console.print(plain(request.title or request.question, "bold"))
        for text in (request.cause, request.log):
            if text:
                console.print(Text(f"\n{printable(text)}"))
        if request.subject_hash:
            option = f"--subject {request.subject_hash[:SHOWN_DIGITS]}"
            console.print(plain(f"To respond to exactly this: botarmy respond {request.id} ACTION {option}", "dim"))
        for artifact in request.contents:
            artifact_view.show(artifact, console)
    return captured.get()


def _print_end_of_log(request: Request, console: Console) -> None:
    lines = printable(request.log or "").splitlines()
    if not lines:
        return
    hidden = len(lines) - LOG_LINES
    before = f"The end of its log ({hidden} lines before it: [p]):" if hidden > 0 else "The end of its log:"
    console.print(Text(before, "dim"))
    for line in lines[-LOG_LINES:]:
        console.print(plain(f"  {line}", "dim", max_length=500), no_wrap=True, overflow="ellipsis")
