"""PostgreSQL's cluster: the account that serves it, the owner of its files, and its creation."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cli.stack.account import Account, AccountKind, unprivileged
from cli.stack.child import child_command
from cli.stack.component import ComponentError
from cli.stack.initdb import initdb_command, paths_needed_by_initdb

NAME = "postgres"
LONGEST_PATH = 980
"""PostgreSQL builds no path longer than 1,024 bytes, and appends its own names to this one."""
_OWNER = "{} belongs to user {}. Run BotArmy as that user, chown it (chown -R), or use another --data-dir"
_ROOT = "PostgreSQL refuses root. Run BotArmy as an ordinary user that owns its data directory, or set DATABASE_URL"


async def account_for(folder: Path, program: Path) -> Account | None:
    """Return the account under which `program` can serve the cluster in `folder`; None is the current user, as usual.

    PostgreSQL refuses root, and serves only the owner of the cluster. A cluster of an ordinary user is served as that
    user. A cluster of root keeps its owner if the kernel allows a user namespace; otherwise root transfers it to an
    existing user. No directory is opened to others.

    Raises:
        ComponentError: no account can serve it; the reason says what to do.
    """
    top, me = _owned_path(folder), os.geteuid()
    owner = top.stat()
    if me != 0:
        if owner.st_uid != me:
            raise ComponentError(NAME, f"cannot run as user {me}: {_OWNER.format(top, owner.st_uid)}")
        return None
    kinds: tuple[AccountKind, ...] = (
        ("user", "reaching-user") if owner.st_uid else ("namespace", "user", "reaching-user")
    )
    uid, gid = (owner.st_uid, owner.st_gid) if owner.st_uid else unprivileged()
    needed = (program, folder.parent, *paths_needed_by_initdb(uid))
    reasons = []
    for kind in kinds:
        account = Account(kind, uid, gid)
        if (refused := await _refusal(account, needed)) is None:
            return account
        reasons.append(refused)
    advice = _OWNER.format(top, owner.st_uid) if owner.st_uid else _ROOT
    raise ComponentError(NAME, f"cannot run as root, nor as user {uid} here ({'; '.join(reasons)}): {advice}")


def chown_cluster(folder: Path, account: Account) -> None:
    """Give root's files to the account that serves them. Files of an ordinary user are left alone."""
    top = _owned_path(folder).resolve()
    if top.stat().st_uid == 0:  # so only root can have created a link inside
        for path, folders, files in os.walk(top, topdown=False):
            for name in (*folders, *files):
                _chown(Path(path, name), account)
        _chown(top, account)  # last: the next run decides by its owner, and this one may be killed
    _chown(folder, account)


async def create_cluster(
    folder: Path,
    programs: Path,
    account: Account | None,
    password: str,
    options: Sequence[str],
    environment: Mapping[str, str],
) -> None:
    """Create the cluster under a temporary name and rename it once complete, since initdb may be killed halfway.

    Raises:
        ComponentError: initdb failed.
    """
    if len(os.fsencode(folder)) > LONGEST_PATH:
        raise ComponentError(NAME, f"needs a path shorter than {LONGEST_PATH} bytes: use another --data-dir")
    new, secret = folder / "data.new", folder / "password"
    shutil.rmtree(new, ignore_errors=True)
    secret.unlink(missing_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(password)
    if account:
        _chown(secret, account)
    try:
        with initdb_command(account.uid if account else os.geteuid(), programs) as initdb:
            command = [*initdb, "-D", str(new), "--pwfile", str(secret), *options]
            code, output = await _run(child_command(command, signal.SIGTERM, account), folder, environment)
    except OSError as error:
        raise ComponentError(NAME, f"cannot create its cluster: {error}") from error
    finally:
        secret.unlink()
    if code != 0:
        raise ComponentError(NAME, "cannot create its cluster", output[-2000:])
    new.rename(folder / "data")


def _owned_path(folder: Path) -> Path:
    """Return the path whose owner is the cluster's owner."""
    cluster = folder / "data"
    try:
        return cluster if cluster.exists() else folder
    except PermissionError:
        return folder


async def _refusal(account: Account, paths: Sequence[Path]) -> str | None:
    """Return why a process cannot run as `account` and reach the paths, or None if it can."""
    probe = child_command(["--reaches", *map(str, paths)], signal.SIGKILL, account)
    code, output = await _run(probe, None, {})
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


def _chown(path: Path, account: Account) -> None:
    uid, gid = account.owner
    if path.lstat().st_uid != uid:
        os.chown(path, uid, gid, follow_symlinks=False)
