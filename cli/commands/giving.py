"""A file or an artifact for the crew of a project, and its withdrawal."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from cli.client.http import Client, Json
from cli.client.replacements import ask_again, open_subjects
from cli.errors import UsageError
from cli.views.console import print_json, stdout
from cli.views.printable import plain


async def give(client: Client, project_id: str, what: str, as_type: str | None, by: str | None, as_json: bool) -> int:
    """Give it, and print which steps receive it."""
    artifact_id = what if _is_id(what) else None
    if artifact_id is None and as_type is not None:
        raise UsageError("--as needs the id of an artifact, the result of a task (see: botarmy artifacts PROJECT)")
    before = await open_subjects(client, project_id)
    if artifact_id is None:
        answer = await _give_file(client, project_id, Path(what), by)
    else:
        body: Json = {"artifact_id": artifact_id, "as_type": as_type, "given_by": by}
        _, answer = await client.post(f"/projects/{project_id}/context", _without_nulls(body))
    if as_json:
        print_json(answer)
        return 0
    stages = ", ".join(map(str, answer["stages"]))
    receive = (
        f"These steps receive it: {stages}." if stages else "Every step has run: it is received if one is repeated."
    )
    again = ask_again(before, await open_subjects(client, project_id))
    given = f"Given as {answer['artifact']['type']} v{answer['artifact']['version']}. {receive} {again}"
    stdout().print(plain(given, max_length=1000))
    return 0


async def withdraw(client: Client, project_id: str, what: str, by: str | None, as_json: bool) -> int:
    """Withdraw what was given: an artifact, by its id or the name and version that is read now."""
    listed = await client.get(f"/projects/{project_id}/context")
    held = [one for one in listed["items"] if one["withdrawn_at"] is None]
    found = [one for one in held if what in (one["artifact"]["artifact_id"], one["artifact"]["name"])]
    if not found:
        names = ", ".join(f"{one['artifact']['name']} v{one['artifact']['version']}" for one in held)
        raise UsageError(f"{what!r} is not given to the crew. Given: {names or 'nothing'}")
    newest = max(found, key=lambda one: int(one["artifact"]["version"]))
    path = f"/projects/{project_id}/context/{newest['context_id']}/withdraw"
    before = await open_subjects(client, project_id)
    _, answer = await client.post(path, {} if by is None else {"withdrawn_by": by})
    if as_json:
        print_json(answer)
        return 0
    artifact = answer["artifact"]
    again = ask_again(before, await open_subjects(client, project_id))
    withdrawn = f"Withdrawn: {artifact['name']} v{artifact['version']}. Steps that begin later go without it. {again}"
    stdout().print(plain(withdrawn, max_length=1000))
    return 0


async def _give_file(client: Client, project_id: str, file: Path, by: str | None) -> Json:
    """Add a text to the project's artifacts and give it, in one request: what is refused leaves nothing behind."""
    body: Json = {"type": "user_input", "name": file.name, "content": _read(file), "give": True, "given_by": by}
    _, added = await client.post(f"/projects/{project_id}/artifacts", _without_nulls(body))
    listed = await client.get(f"/projects/{project_id}/context")
    return next(one for one in listed["items"] if one["artifact"]["artifact_id"] == added["artifact_id"])


def _without_nulls(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not None}


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise UsageError(f"cannot read {file}: {reason}") from None


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
