"""The data directory: where things are in it, who may read them, and that only one stack works on it."""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.exits import CommandError

LOCK = "stack.lock"
RESTORING, RESTORED = ".botarmy-restoring", ".botarmy-restored"
"""Folders of a restore: the one is not whole yet, the other is the new state (see `restore`)."""
STATE = ("postgres", "temporal", "secrets")
"""The folders that are the state of a stack."""


class AlreadyRunningError(Exception):
    """Another process holds the data directory; `pid` is the supervisor's, or 0 when it is not known yet."""

    def __init__(self, path: Path, pid: int) -> None:
        super().__init__(f"a stack is already running on {path} (pid {pid})")
        self.pid = pid


class DataDirError(CommandError):
    """The data directory cannot be worked in; the message says where and why."""


class DataDir:
    """One data directory. Making the object touches nothing.

    Raises:
        DataDirError: there can be no such path.
    """

    def __init__(self, path: Path) -> None:
        try:
            # Not Path.expanduser, which raises for a user without a home.
            self.path = Path(os.path.expanduser(path)).resolve()  # noqa: PTH111
        except (OSError, RuntimeError) as error:  # no working directory, a circle of links
            raise DataDirError(f"cannot work in {path}: {error}") from None
        self.state_file = self.path / "stack.json"
        self._lock_file = self.path / LOCK

    def create(self) -> None:
        """Make the directory: others may pass through (PostgreSQL's account must), not look around."""
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)

    def folder(self, name: str) -> Path:
        """A component's own folder, made when it is missing."""
        folder = self.path / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        """The log of a component."""
        return self.folder("logs") / f"{name}.log"

    def password(self, name: str) -> str:
        """A component's password, made up the first time. Loopback is open to every user of the machine."""
        file = self.folder("secrets") / name
        if not file.exists():
            new = file.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_text(secrets.token_hex(20))
            new.replace(file)
        return file.read_text()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory for this process; the kernel lets go when the process dies, however it dies.

        Raises:
            AlreadyRunningError: another process holds it.
            DataDirError: it cannot be made or locked.
        """
        try:
            self.create()
            descriptor = os.open(self._lock_file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            while not self._lock(descriptor, fcntl.LOCK_EX):
                if (holder := self.holder()) is not None:  # and not just somebody who looks, as `holder` does
                    raise AlreadyRunningError(self.path, holder)
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            self.finish_restore()
            yield
        finally:
            os.close(descriptor)

    def finish_restore(self) -> None:
        """Put a restored state in the place of the old one, or clear away what never became whole. Call it locked.

        Killed half-way, it goes on at the next time: what is still in RESTORED has not replaced the old yet.
        """
        try:
            shutil.rmtree(self.path / RESTORING, ignore_errors=True)
            restored = self.path / RESTORED
            if not restored.exists():
                return
            for name in STATE:
                if (restored / name).exists():
                    if (self.path / name).exists():
                        shutil.rmtree(self.path / name)
                    (restored / name).rename(self.path / name)
            self.state_file.unlink(missing_ok=True)
            shutil.rmtree(restored)
        except OSError as error:
            raise self._unusable(error) from None

    def holder(self) -> int | None:
        """The pid of the process that holds the directory, 0 when it has not said yet, None when nobody does.

        Raises:
            DataDirError: it cannot be told.
        """
        try:
            descriptor = os.open(self._lock_file, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from None
        try:
            if self._lock(descriptor, fcntl.LOCK_SH):
                return None
            said = os.read(descriptor, 20)
            return int(said) if said.isdigit() else 0
        except OSError as error:
            raise self._unusable(error) from None
        finally:
            os.close(descriptor)

    def _unusable(self, error: OSError) -> DataDirError:
        reason = error.strerror or str(error)
        try:
            owner = self._lock_file.stat().st_uid
        except OSError:
            owner = os.geteuid()
        if isinstance(error, PermissionError) and owner != os.geteuid():
            reason = f"it belongs to {_user(owner)}. Become that user, or use another --data-dir"
        return DataDirError(f"cannot work in {self.path}: {reason}")

    @staticmethod
    def _lock(descriptor: int, kind: int) -> bool:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _user(uid: int) -> str:
    try:
        return f"user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"user id {uid}"
