"""Sends one response to one request."""

from __future__ import annotations

import base64
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from cli.client import hitl
from cli.client.http import Client
from cli.client.ids import ARTIFACT, REQUEST, find_id
from cli.client.outcomes import decided
from cli.client.replacements import name_replaced
from cli.client.request_shapes import SHOWN_DIGITS, Request
from cli.client.respond_action import RespondAction
from cli.commands.show_budgets import read_budget
from cli.errors import CommandError, UsageError
from cli.views.console import print_json, stdout
from cli.views.printable import one_line, plain
from models.contracts.hitl import check_response

OPTIONS = {"content": "--content-file", "comment": "--comment", "redo": "--redo", "raise_by": "--raise-by"}
"""By the words in which `check_response` names what they set."""


@dataclass(frozen=True, slots=True)
class ResponseOptions:
    """The arguments of `botarmy respond`. The ids may be shortened."""

    request_id: str
    action: RespondAction
    comment: str | None
    content_file: Path | None
    artifact_id: str | None
    redo: str | None = None
    raise_by: str | None = None
    raise_from: str | None = None
    subject: str | None = None

    def response(self) -> hitl.Response:
        """Return the response to send.

        Raises:
            UsageError: the action lacks what it needs, or the file cannot be read.
        """
        action = self.action.sent_as
        content, encoding = _read(self.content_file) if self.content_file else (None, None)
        try:
            has_content, has_comment = content is not None, bool(self.comment)
            raises = self.raise_by is not None
            self._check_own(has_content=has_content, has_comment=has_comment)
            check_response(action, has_content=has_content, has_comment=has_comment, redo=self.redo, raises=raises)
        except ValueError as error:
            see = ", ".join(option for word, option in OPTIONS.items() if word in str(error))
            raise UsageError(f"{error} (see {see})") from None
        raise_by = read_budget("--raise-by", self.raise_by) if self.raise_by is not None else None
        raise_from = read_budget("--raise-from", self.raise_from) if self.raise_from is not None else None
        return hitl.Response(
            action,
            self.comment,
            content,
            encoding,
            self.artifact_id,
            self.redo,
            raise_by=raise_by,
            raise_from=raise_from,
        )

    def check_subject(self, request: Request) -> None:
        """Check that the request asks about what the person looked at, if they name it.

        Raises:
            UsageError: `--subject` is too short.
            CommandError: the request asks about something else.
        """
        if self.subject is None:
            return
        if len(self.subject) < SHOWN_DIGITS:
            raise UsageError(f"--subject needs at least {SHOWN_DIGITS} digits of the subject")
        if not (request.subject_hash or "").startswith(self.subject.lower()):
            now = (request.subject_hash or "none")[:SHOWN_DIGITS]
            raise CommandError(f"the request has another subject than you looked at: {now}. Read it again")

    def _check_own(self, *, has_content: bool, has_comment: bool) -> None:
        """Raise ValueError if the decision lacks what it means. `amend` is either."""
        if self.action is RespondAction.REQUEST_CHANGES and (has_content or not has_comment):
            raise ValueError("request-changes needs a comment, and no content")
        if self.action is RespondAction.EDIT_AND_APPROVE and not has_content:
            raise ValueError("edit-and-approve needs content")


async def send(client: Client, options: ResponseOptions, as_json: bool) -> int:
    """Send the response, and print its outcome."""
    response = options.response()
    if options.artifact_id is not None:
        response = replace(response, artifact_id=await find_id(client, options.artifact_id, ARTIFACT))
    request = await hitl.fetch(client, await find_id(client, options.request_id, REQUEST))
    if request.is_pending:
        options.check_subject(request)
        if request.replaced and options.subject is None:
            changes = await name_replaced(client, request)
            print(one_line(f"botarmy: the review asks again: {changes}", 1000), file=sys.stderr)
    status, outcome = await hitl.respond(client, request, response)
    if as_json:
        print_json(outcome)
    elif status == hitl.SUBMITTED:
        stdout().print(f"{hitl.SUBMITTED_MESSAGE.capitalize()}.")
    else:
        what = decided(response.action, accepted=response.content is not None)
        stdout().print(plain(f"{what.capitalize()}."))
    return 0


def _read(file: Path) -> tuple[str, str]:
    """Return a file's content as JSON can hold it, and the encoding: base64 unless it is text."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(content).decode(), "base64"
