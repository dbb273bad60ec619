"""A project's code as a git repository: a commit for each version that was accepted, in their order.

A version that was accepted and then withdrawn by a retry of the project stays in the history. What is checked out is
the newest one that counts.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from artifacts import file_sets
from artifacts.errors import InvalidArtifactError
from artifacts.media_types import FILES
from cli.client.http import Client
from cli.client.shapes import Artifact, Event
from cli.commands.code_history import CodeHistory
from cli.commands.delivery import DeliveryError, check_apart, check_writable, writing
from cli.commands.git import GitError, git, require
from cli.views.printable import one_line
from models.contracts.event_data import TaskCompleted, WorkflowEvent
from models.contracts.names import REHEARSAL, BuiltInArtifact

BRANCH = "main"
_DOMAIN = "botarmy.invalid"
"""A name that can never be anyone's (RFC 2606)."""

_SUBJECT = 72
_BODY = 4_000


@dataclass(frozen=True, slots=True)
class Commit:
    """One accepted version."""

    author: str
    email: str
    at: datetime
    text: str
    trailers: tuple[str, ...]
    files: dict[str, str]

    @property
    def message(self) -> str:
        """The text as one paragraph, so that no line of it can pass for a trailer, and the trailers."""
        text = one_line(self.text, _BODY)
        subject = one_line(text, _SUBJECT)
        body = [] if subject == text else [text, ""]
        return "\n".join([subject, "", *body, *(one_line(each) for each in self.trailers), ""])


def check_repository(folder: Path | None, out: Path | None = None) -> None:
    """Check that a repository can be written, before a project is started.

    Args:
        out: where the delivery is written, too.

    Raises:
        UsageError: it cannot; the message says why.
    """
    if folder is None:
        return
    require()
    check_writable(folder, "--git")
    check_apart(folder, out)


async def export_repository(client: Client, project_id: str, folder: Path) -> int:
    """Write the repository into a folder that is empty or does not exist. Return the number of its commits.

    Raises:
        DeliveryError: there is no accepted code, or the repository cannot be written; no file was left behind.
    """
    commits = [commit async for commit in _commits(client, project_id)]
    if not commits:
        raise DeliveryError("the project has no accepted source code")
    write(commits, folder)
    return len(commits)


def write(commits: Iterable[Commit], folder: Path) -> None:
    """Write a repository with these commits.

    Raises:
        DeliveryError: it cannot be written; no file was left behind.
    """
    try:
        with writing(folder) as staging:
            git("init", "--quiet", "--template=", f"--initial-branch={BRANCH}", staging)
            git("-C", staging, "fast-import", "--quiet", "--done", stdin=b"".join(_stream(commits)))
            git("-C", staging, "reset", "--quiet", "--hard")
    except GitError as error:
        raise DeliveryError(f"cannot write the repository to {folder}: {error}") from None


async def _commits(client: Client, project_id: str) -> AsyncIterator[Commit]:
    history = await CodeHistory.read(client, project_id)
    type = BuiltInArtifact.SOURCE_CODE
    listed = [item async for item in client.items(f"/projects/{project_id}/artifacts", type=str(type), limit=200)]
    # Those of other names are context that a person added.
    versions = [each for each in map(Artifact.model_validate, listed) if each.name == type]
    if not any(each.accepted_at for each in versions):
        return
    counts: Commit | None = None
    withdrawn = False
    for version in sorted(versions, key=lambda each: each.version):
        at = version.accepted_at or history.accepted.get(version.id)
        if at is None:
            continue
        whole = Artifact.model_validate(await client.get(f"/artifacts/{version.id}"))
        if whole.media_type != FILES:
            continue
        try:
            files = file_sets.unpack(whole.bytes)
        except InvalidArtifactError as error:
            raise DeliveryError(f"version {version.version} of the source code cannot be written. {error}") from None
        commit = _commit(version, at, history.written.get(version.id), files)
        withdrawn = version.accepted_at is None
        if withdrawn:
            commit = replace(commit, trailers=(*commit.trailers, "BotArmy-Withdrawn: by a retry"))
        else:
            counts = commit
        yield commit
    if withdrawn and counts is not None and history.last_retry is not None:
        yield _return_to(counts, history.last_retry)


def _return_to(counts: Commit, retry: Event) -> Commit:
    """Return the commit after versions that a retry withdrew, with the newest version that counts."""
    data = retry.payload
    by = (data.by if isinstance(data, WorkflowEvent) else None) or "human"
    text = "The project was retried from the code before"
    artifact = (counts.trailers[0],)
    return Commit(by, f"person@{_DOMAIN}", retry.timestamp or counts.at, text, artifact, counts.files)


def _commit(version: Artifact, at: datetime, written: Event | None, files: dict[str, str]) -> Commit:
    trailers = [f"BotArmy-Artifact: {version.id}"]
    data = written.payload if written else None
    if isinstance(data, TaskCompleted) and written is not None:
        author, email = f"BotArmy {data.stage}/{written.agent_type}", f"{written.agent_type}@{_DOMAIN}"
        text = data.note or f"The result of {data.stage}, round {data.round}"
        trailers += [f"BotArmy-Stage: {data.stage}, round {data.round}", f"BotArmy-Model: {_model(data)}"]
    else:
        author, email = version.author, f"person@{_DOMAIN}"
        text = "The code that the project began from" if version.version == 1 else f"Changes by {version.author}"
    return Commit(author, email, at, text, tuple(trailers), files)


def _model(data: TaskCompleted) -> str:
    """Return the model that wrote a version: a mark for programs (EU AI Act, article 50)."""
    model = (data.usage.asked_for or data.usage.model) if data.usage else REHEARSAL
    return "none (rehearsal)" if model == REHEARSAL else model


def _stream(commits: Iterable[Commit]) -> Iterator[bytes]:
    """Yield the input of `git fast-import`. Paths were checked: they have no control character."""
    for commit in commits:
        at = f"{int(commit.at.timestamp())} +0000"
        yield f"commit refs/heads/{BRANCH}\nauthor {_name(commit.author)} <{commit.email}> {at}\n".encode()
        yield f"committer BotArmy <botarmy@{_DOMAIN}> {at}\n".encode()
        yield _data(commit.message)
        yield b"deleteall\n"
        for path, text in commit.files.items():
            quoted = path.replace("\\", "\\\\").replace('"', '\\"')
            yield f'M 100644 inline "{quoted}"\n'.encode()
            yield _data(text)
    yield b"done\n"


def _data(text: str) -> bytes:
    body = text.encode()
    return b"data %d\n%b\n" % (len(body), body)


def _name(author: str) -> str:
    """Return a name without what ends one in a commit."""
    return re.sub(r"[<>]", "", one_line(author, 100)) or "unknown"
