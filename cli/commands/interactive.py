"""Asks the person at the terminal to decide."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from artifacts.media_types import MARKDOWN
from cli.client import hitl
from cli.client.deadlines import at_time
from cli.client.decider import QuestionWithdrawnError
from cli.client.hitl import Response
from cli.client.http import Client
from cli.client.request_shapes import Request
from cli.client.shapes import Artifact
from cli.commands.decision_menu import ALIASES, describe_end, earlier_stages, has_changes, menu, menu_text
from cli.commands.show_budgets import read_budget
from cli.errors import CommandError
from cli.views import artifact_view
from cli.views.editor import EditedFile
from cli.views.pager import page
from cli.views.printable import plain, printable
from cli.views.request_view import introduce, whole
from cli.views.terminal_prompt import TerminalPrompt
from models.contracts.budget import format_amount
from models.contracts.enums import HitlAction

MAX_CHOICES = 9


class InteractiveDecider:
    """Shows a request, and asks for a decision until there is one."""

    needs_terminal = True

    def __init__(self, client: Client, console: Console) -> None:
        self._client = client
        self._console = console
        self._prompt = TerminalPrompt(console)
        self._drafts: dict[str, EditedFile] = {}
        self._comments: dict[str, str] = {}
        """What was typed and not sent, by request."""
        self._sent: tuple[str, Response] | None = None

    async def decide(self, request: Request, withdrawn: asyncio.Event) -> Response | None:
        """Return the person's response, or None if they leave it for later."""
        introduce(request, self._console)
        options = menu(request)
        question, keys = menu_text(options, self._console.width), "".join(options)
        try:
            while (key := await self._prompt.choice(question, keys, withdrawn, options, aliases=ALIASES)) != "l":
                try:
                    response = await self._perform(key, request, withdrawn)
                except CommandError as error:
                    self._console.print(plain(str(error), "red"))
                else:
                    if response is not None:
                        self._sent = (request.id, response)
                        return response
        except QuestionWithdrawnError as error:
            self._print_unsent(error.typed)
            self._keep_drafts()
            raise
        except BaseException:
            self._keep_drafts()
            raise
        self._keep_drafts()
        return None

    def response_sent(self, applied: bool) -> None:
        """Discard the drafts; if the response was not applied, keep them and print where they are."""
        if not applied:
            self._keep_drafts()
            if self._sent is not None and self._sent[1].comment:
                request_id, response = self._sent
                self._comments[request_id] = response.comment or ""
                self._print_unsent(response.comment or "")
        self._sent = None
        for draft in self._drafts.values():
            draft.discard()
        self._drafts.clear()

    async def _perform(self, key: str, request: Request, withdrawn: asyncio.Event) -> Response | None:
        """Perform the key's action. Return a response, or None if there is none yet."""
        match key:
            case "a" if request.is_exhausted_budget:
                return await self._raise(request, withdrawn)
            case "a":
                return Response(HitlAction.APPROVE)
            case "e":
                comment = await self._comment("What should change? ", request, withdrawn)
                return Response(HitlAction.AMEND, comment=comment) if comment else None
            case "w":
                return await self._edit(request, withdrawn)
            case "b":
                redo = await self._stage(request, withdrawn)
                comment = await self._comment("What should change? ", request, withdrawn)
                return Response(HitlAction.AMEND, comment=comment, redo=redo) if comment else None
            case "r":
                comment = await self._comment(f"Why do you {describe_end(request)}? ", request, withdrawn)
                return Response(HitlAction.REJECT, comment=comment) if comment else None
            case "x":
                await self._extend(request, withdrawn)
            case "s":
                for artifact in request.contents:
                    artifact_view.show(artifact, self._console)
            case "p":
                await page(whole(request, self._console))
            case "d":
                for artifact in filter(has_changes, request.contents):
                    changes = await self._client.get(f"/artifacts/{artifact.id}/diff")
                    self._console.print(artifact_view.diff(str(changes["diff"])))
        return None

    async def _raise(self, request: Request, withdrawn: asyncio.Event) -> Response:
        """Ask by how much to raise the budget as it is now: others may have raised it at their gates."""
        now = (await hitl.fetch(self._client, request.id)).shortage_now
        if now is not None:
            spent, limit = format_amount(now.unit, now.spent), format_amount(now.unit, now.limit)
            was = request.shortage.limit if request.shortage else now.limit
            meanwhile = f"It has been raised to {limit} meanwhile. " if now.limit > was else ""
            self._console.print(plain(f"{meanwhile}{spent} of {limit} are spent now."))
        question = "Raise it by how much, such as 2usd? Enter alone tries again without a raise. "
        raised = (await self._prompt.line(Text(question, "bold"), withdrawn)).strip()
        if not raised:
            return Response(HitlAction.APPROVE)
        seen = {str(now.unit): now.limit} if now is not None else None
        return Response(HitlAction.APPROVE, raise_by=read_budget("The amount", raised), raise_from=seen)

    async def _comment(self, question: str, request: Request, withdrawn: asyncio.Event) -> str:
        """Ask for a comment. Return an empty string if there is none. What was not sent before is offered."""
        kept = self._comments.get(request.id)
        if kept:
            self._console.print(plain(f"Enter alone sends what you typed before: {kept}", "dim", max_length=1000))
        typed = (await self._prompt.line(Text(question, "bold"), withdrawn)).strip()
        comment = typed or kept or ""
        if not comment:
            self._console.print("No comment, nothing sent.", style="dim")
        return comment

    async def _extend(self, request: Request, withdrawn: asyncio.Event) -> None:
        """Ask how much longer the request may wait, and extend its deadline."""
        by = (await self._prompt.line(Text("By how much, such as 30m, 4h or 2d? ", "bold"), withdrawn)).strip()
        if not by:
            return
        status, answer = await hitl.extend(self._client, request.id, {"extend_by": by})
        if status == hitl.SUBMITTED:
            self._console.print("Sent; waiting for a worker to apply it.")
            return
        until = datetime.fromisoformat(str(answer["expires_at"]))
        self._console.print(f"The deadline is {at_time(until, datetime.now(UTC))} now.")

    def _print_unsent(self, typed: str) -> None:
        """Print what a person had typed, if it is more than a key of the menu."""
        if len(typed) > 1:
            self._console.print(Text("What you typed was not sent: ", "yellow") + Text(printable(typed)))

    async def _stage(self, request: Request, withdrawn: asyncio.Event) -> str:
        """Return the earlier stage to send the work back to. The nearest ones are offered."""
        stages = earlier_stages(request)[:MAX_CHOICES]
        if len(stages) == 1:
            self._console.print(plain(f"The work goes back to {stages[0]}.", "dim"))
            return stages[0]
        return stages[await self._number("Which step should the work go back to?", stages, withdrawn)]

    async def _number(self, question: str, choices: Sequence[str], withdrawn: asyncio.Event) -> int:
        """Return the index of the choice whose number is typed."""
        for number, choice in enumerate(choices, 1):
            self._console.print(plain(f"[{number}] {choice}"))
        keys = "".join(str(number) for number in range(1, len(choices) + 1))
        return int(await self._prompt.choice(Text(f"{question} > ", "bold"), keys, withdrawn)) - 1

    async def _edit(self, request: Request, withdrawn: asyncio.Event) -> Response | None:
        artifact = await self._choose(request, withdrawn)
        before = artifact.content if artifact else ""
        type_ = artifact.type if artifact else request.supplies or "artifact"
        if type_ not in self._drafts:
            self._drafts[type_] = EditedFile(before, artifact.media_type if artifact else MARKDOWN, type_)
        after = await self._drafts[type_].edit()
        if after == before or not after.strip():
            self._drafts.pop(type_).discard()
            self._console.print("No changes, nothing sent.", style="dim")
            return None
        added, removed = _count_changes(before, after)
        question = Text(f"Lines added: {added}, removed: {removed}. Send it? [y] yes  [n] no > ", "bold")
        if await self._prompt.choice(question, "yn", withdrawn) == "n":
            self._console.print(Text("Not sent; [w] continues editing.", "dim"))
            return None
        return Response(HitlAction.AMEND, content=after, artifact_id=artifact.id if artifact else None)

    async def _choose(self, request: Request, withdrawn: asyncio.Event) -> Artifact | None:
        """Return the artifact to edit, or None if there is none yet and the person writes it."""
        texts = [artifact for artifact in request.contents if artifact.is_text][:MAX_CHOICES]
        if len(texts) < 2:
            return texts[0] if texts else None
        return texts[await self._number("Which one?", [artifact_view.title(each) for each in texts], withdrawn)]

    def _keep_drafts(self) -> None:
        for draft in self._drafts.values():
            self._console.print(plain(f"Your text was not sent; it is in {draft.path}", "yellow"))
        self._drafts.clear()


def _count_changes(before: str, after: str) -> tuple[int, int]:
    """Return how many lines were added, and how many removed."""
    changes = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    return sum(line.startswith("+") for line in changes), sum(line.startswith("-") for line in changes)
