"""One response to one request."""

from __future__ import annotations

import base64
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.client import hitl
from cli.client.http import Client
from cli.commands.answer import Action, Answer
from cli.commands.runner import output, print_json
from cli.exits import ApiError, UsageError
from cli.views.printable import words


@dataclass(frozen=True, slots=True)
class Given:
    """What `botarmy respond` was given."""

    request_id: str
    action: Action
    comment: str | None
    content_file: Path | None
    artifact_id: str | None

    def answer(self) -> Answer:
        """The answer to send.

        Raises:
            UsageError: the action lacks what it needs, or the file cannot be read.
        """
        content, encoding = _content(self.content_file) if self.content_file else (None, None)
        answer = Answer(self.action, self.comment, content, encoding, self.artifact_id)
        answer.check()
        return answer


async def send(client: Client, given: Given, as_json: bool) -> int:
    """Send it, and print what came of it."""
    answer = given.answer()
    try:
        status, outcome = await hitl.respond(client, given.request_id, answer)
    except ApiError as error:
        if error.status == 422:
            raise UsageError(str(error)) from None
        raise
    if as_json:
        print_json(outcome)
    elif status == hitl.SUBMITTED:
        output().print("Sent; it counts as soon as a worker gets to it.")
    else:
        output().print(words(f"The request is {outcome.get('status')}."))
    return 0


def _content(file: Path) -> tuple[str, str]:
    """A file as JSON can hold it, and how: text where it is text."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(content).decode(), "base64"
