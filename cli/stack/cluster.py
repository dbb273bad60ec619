"""PostgreSQL's cluster: who can work on it, to whom its files belong, and how it is made."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cli.stack.account import Account, Kind, unprivileged
from cli.stack.child import leashed
from cli.stack.component import ComponentError
from cli.stack.initdb import initdb_for, what_initdb_needs

NAME = "postgres"
LONGEST_PATH = 980
"""PostgreSQL puts no path over 1,024 bytes together, and has names of its own to add."""
_OWNER = "{} belongs to user {}. Run BotArmy as that user, give it to yours (chown -R), or use another --data-dir"
_ROOT = "PostgreSQL refuses root. Run BotArmy as an ordinary user that owns its data directory, or set DATABASE_URL"


async def account_for(folder: Path, program: Path) -> Account | None:
    """Whom `program` can run as to work on the cluster in `folder`: None is the user we are, and the rule.

    PostgreSQL refuses root, and works only for the owner of the cluster. What belongs to an ordinary user is served as
    that user. What belongs to root stays so where the kernel lets us be called something else in a user namespace;
    elsewhere root hands it to a user that exists already. No directory is opened to others.

    Raises:
        ComponentError: as nobody; the reason says what to do.
    """
    top, me = _top(folder), os.geteuid()
    owner = top.stat()
    if me != 0:
        if owner.st_uid != me:
            raise ComponentError(NAME, f"cannot run as user {me}: {_OWNER.format(top, owner.st_uid)}")
        return None
    kinds: tuple[Kind, ...] = ("user", "reaching-user") if owner.st_uid else ("namespace", "user", "reaching-user")
    uid, gid = (owner.st_uid, owner.st_gid) if owner.st_uid else unprivileged()
    needed = (program, folder.parent, *what_initdb_needs(uid))
    reasons = []
    for kind in kinds:
        account = Account(kind, uid, gid)
        if (refused := await _refusal(account, needed)) is None:
            return account
        reasons.append(refused)
    advice = _OWNER.format(top, owner.st_uid) if owner.st_uid else _ROOT
    raise ComponentError(NAME, f"cannot run as root, nor as user {uid} here ({'; '.join(reasons)}): {advice}")


def hand_over(folder: Path, account: Account) -> None:
    """Make the files belong to whom the server runs as. What an ordinary user already owns is left as it is."""
    top = _top(folder).resolve()
    if top.stat().st_uid == 0:  # so nobody but root can have put a link there
        for path, folders, files in os.walk(top, topdown=False):
            for name in (*folders, *files):
                _give(Path(path, name), account)
        _give(top, account)  # last: it is what we judge by, and we may be killed
    _give(folder, account)


async def create_cluster(
    folder: Path,
    programs: Path,
    account: Account | None,
    password: str,
    options: Sequence[str],
    environment: Mapping[str, str],
) -> None:
    """Make the cluster beside its place and move it there whole: initdb may be killed half-way.

    Raises:
        ComponentError: initdb failed.
    """
    if len(os.fsencode(folder)) > LONGEST_PATH:
        raise ComponentError(NAME, f"needs a path under {LONGEST_PATH} bytes: use another --data-dir")
    new, secret = folder / "data.new", folder / "password"
    shutil.rmtree(new, ignore_errors=True)
    secret.unlink(missing_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(password)
    if account:
        _give(secret, account)
    try:
        with initdb_for(account.uid if account else os.geteuid(), programs) as initdb:
            command = [*initdb, "-D", str(new), "--pwfile", str(secret), *options]
            code, output = await _run(leashed(command, signal.SIGTERM, account), folder, environment)
    except OSError as error:
        raise ComponentError(NAME, f"cannot make its cluster: {error}") from error
    finally:
        secret.unlink()
    if code != 0:
        raise ComponentError(NAME, "cannot make its cluster", output[-2000:])
    new.rename(folder / "data")


def _top(folder: Path) -> Path:
    """What says whom the cluster belongs to."""
    cluster = folder / "data"
    try:
        return cluster if cluster.exists() else folder
    except PermissionError:
        return folder


async def _refusal(account: Account, paths: Sequence[Path]) -> str | None:
    """Why a process cannot run as `account` and reach the paths, None when it can."""
    asked = leashed(["--reaches", *map(str, paths)], signal.SIGKILL, account)
    code, output = await _run(asked, None, {})
    return None if code == 0 else (output.strip().splitlines() or [f"exit code {code}"])[-1]


async def _run(command: Sequence[str], folder: Path | None, environment: Mapping[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, **environment},
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output.decode(errors="replace")


def _give(path: Path, account: Account) -> None:
    uid, gid = account.owner
    found = path.lstat()
    if found.st_uid != uid:
        os.chown(path, uid, gid, follow_symlinks=False)
