"""The person at the terminal, asked to decide."""

from __future__ import annotations

import asyncio
import difflib

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from cli.client.http import Client
from cli.client.shapes import Artifact, Request
from cli.commands.answer import Action, Answer
from cli.exits import CommandError
from cli.views import artifact_view
from cli.views.editor import Draft
from cli.views.printable import printable, words
from cli.views.prompt import Prompt

PREVIEW_LINES = 12


class Person:
    """Shows requests, and asks for a decision until there is one."""

    talks = True

    def __init__(self, client: Client, console: Console) -> None:
        self._client = client
        self._console = console
        self._prompt = Prompt(console)
        self._drafts: dict[str, Draft] = {}

    async def decide(self, request: Request, overtaken: asyncio.Event) -> Answer | None:
        """The person's answer; None where it is left for later."""
        self._introduce(request)
        options = _options(request)
        question = Text("\n")
        for key, word in options.items():
            question.append(f"[{key}] ", "bold").append(f"{word}  ")
        question.append("> ", "bold")
        try:
            while (key := await self._prompt.choice(question, "".join(options), overtaken)) != "l":
                try:
                    answer = await self._carry_out(key, request, overtaken)
                except CommandError as error:
                    self._console.print(words(str(error), "red"))
                else:
                    if answer is not None:
                        return answer
        except BaseException:
            self._keep_drafts()
            raise
        self._keep_drafts()
        return None

    def sent(self, applied: bool) -> None:
        """The last answer has arrived; where it was not applied, no text is lost."""
        if not applied:
            self._keep_drafts()
        for draft in self._drafts.values():
            draft.discard()
        self._drafts.clear()

    def _introduce(self, request: Request) -> None:
        console = self._console
        rounds = f", round {request.round}" if request.round > 1 else ""
        title = words(f"{request.stage}: {request.agent_type}{rounds}", "bold")
        console.print(Rule(title, align="left", style="yellow"))
        console.print(Text(printable(request.question), "bold"))
        for earlier in request.history:
            console.print(words(f"{earlier.action} by {earlier.responder}: {earlier.outcome}", "dim"))
        for artifact in request.contents:
            console.print(words(artifact_view.title(artifact), "cyan"))
        if request.contents:
            artifact_view.preview(request.contents[0], console, PREVIEW_LINES)

    async def _carry_out(self, key: str, request: Request, overtaken: asyncio.Event) -> Answer | None:
        """What the key stands for; None where there is still no answer."""
        match key:
            case "a":
                return Answer(Action.APPROVE)
            case "e":
                return await self._edit(request, overtaken)
            case "c":
                comment = await self._comment("What should be different? ", overtaken)
                return Answer(Action.AMEND, comment=comment) if comment else None
            case "r":
                comment = await self._comment("Why? ", overtaken)
                return Answer(Action.REJECT, comment=comment) if comment else None
            case "s":
                for artifact in request.contents:
                    artifact_view.show(artifact, self._console)
            case "d":
                for artifact in filter(_has_changes, request.contents):
                    changes = await self._client.get(f"/artifacts/{artifact.id}/diff")
                    self._console.print(artifact_view.diff(str(changes["diff"])))
        return None

    async def _comment(self, question: str, overtaken: asyncio.Event) -> str:
        """A line of the person's, empty where there is none."""
        comment = (await self._prompt.line(Text(question, "bold"), overtaken)).strip()
        if not comment:
            self._console.print("Nothing said, nothing sent.", style="dim")
        return comment

    async def _edit(self, request: Request, overtaken: asyncio.Event) -> Answer | None:
        artifact = await self._choose(request, overtaken)
        before = artifact.content if artifact else ""
        type_ = artifact.type if artifact else request.supplies or "artifact"
        if type_ not in self._drafts:
            self._drafts[type_] = Draft(before, artifact.media_type if artifact else "text/markdown", type_)
        after = await self._drafts[type_].edit()
        if after == before or not after.strip():
            self._drafts.pop(type_).discard()
            self._console.print("Nothing changed, nothing sent.", style="dim")
            return None
        added, removed = _changes(before, after)
        question = Text(f"Lines added: {added}, removed: {removed}. Send it? [y] yes  [n] no > ", "bold")
        if await self._prompt.choice(question, "yn", overtaken) == "n":
            self._console.print(Text("Not sent; [e] goes on with it.", "dim"))
            return None
        return Answer(Action.AMEND, content=after, artifact_id=artifact.id if artifact else None)

    async def _choose(self, request: Request, overtaken: asyncio.Event) -> Artifact | None:
        """The artifact to edit; None where there is none yet and the person supplies it."""
        texts = [artifact for artifact in request.contents if artifact.is_text][:9]
        if len(texts) < 2:
            return texts[0] if texts else None
        for number, artifact in enumerate(texts, 1):
            self._console.print(words(f"[{number}] {artifact_view.title(artifact)}"))
        keys = "".join(str(number) for number in range(1, len(texts) + 1))
        return texts[int(await self._prompt.choice(Text("Which one? > ", "bold"), keys, overtaken)) - 1]

    def _keep_drafts(self) -> None:
        for draft in self._drafts.values():
            self._console.print(words(f"Your text was not sent; it is in {draft.path}", "yellow"))
        self._drafts.clear()


def _options(request: Request) -> dict[str, str]:
    """What may be done, by its key."""
    options = {}
    if request.may_approve:
        options["a"] = "try again" if request.failed_step else "approve"
    if any(artifact.is_text for artifact in request.contents) or request.supplies:
        options["e"] = "edit"
    if request.may_redo:
        options["c"] = "comment and redo"
    options["r"] = "reject"
    if request.contents:
        options["s"] = "show"
    if any(map(_has_changes, request.contents)):
        options["d"] = "diff"
    return options | {"l": "later"}


def _has_changes(artifact: Artifact) -> bool:
    return artifact.version > 1 and artifact.is_text


def _changes(before: str, after: str) -> tuple[int, int]:
    """How many lines were added, and how many removed."""
    changed = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    return sum(line.startswith("+") for line in changed), sum(line.startswith("-") for line in changed)
