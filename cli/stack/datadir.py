"""The data directory: its layout, its permissions, and the lock that admits one stack at a time."""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cli.errors import CommandError

LOCK = "stack.lock"
RESTORING, RESTORED = ".botarmy-restoring", ".botarmy-restored"
"""Folders of a restore: the first is incomplete, the second is the complete new state (see `restore`)."""
STATE = ("postgres", "temporal", "secrets")
"""The folders that hold a stack's state."""


_REMEDY = "belongs to {owner}. Run as that user, or use another --data-dir"


class AlreadyRunningError(Exception):
    """Another process holds the data directory; `pid` is the supervisor's, or 0 while it is unknown."""

    def __init__(self, path: Path, pid: int) -> None:
        super().__init__(f"a stack is already running on {path} (pid {pid})")
        self.pid = pid


class DataDirError(CommandError):
    """The data directory cannot be used; the message says which and why."""


class DataDir:
    """One data directory. The constructor does not touch the disk.

    Raises:
        DataDirError: the path cannot exist.
    """

    def __init__(self, path: Path) -> None:
        try:
            # Not Path.expanduser, which raises for a user without a home.
            self.path = Path(os.path.expanduser(path)).resolve()  # noqa: PTH111
        except (OSError, RuntimeError) as error:  # no working directory, or a loop of symbolic links
            raise DataDirError(f"cannot use {path}: {error}") from None
        self.state_file = self.path / "stack.json"
        self._lock_file = self.path / LOCK

    def create(self) -> None:
        """Create the directory: other users may traverse it (PostgreSQL's account must), but not list it.

        Raises:
            DataDirError: it, or its folder of secrets, belongs to another user, who would know the token in it. Root
                serves the data of any user, who then administers that stack.
        """
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        for own, forbidden in ((self.path, 0o022), (self.token_file.parent, 0o077), (self.token_file, 0o077)):
            with suppress(FileNotFoundError):
                self._keep_from_others(own, forbidden)

    def _keep_from_others(self, path: Path, forbidden: int) -> None:
        found = path.stat()
        if found.st_uid != os.geteuid() != 0:
            what = "it" if path == self.path else path
            raise DataDirError(f"cannot use {self.path}: {what} {_REMEDY.format(owner=_user(found.st_uid))}")
        if found.st_mode & forbidden:
            path.chmod(stat.S_IMODE(found.st_mode) & ~forbidden)

    def folder(self, name: str) -> Path:
        """Return a component's own folder; create it if it is missing."""
        folder = self.path / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        """Return the path of a component's log."""
        return self.folder("logs") / f"{name}.log"

    def password(self, name: str, size: int = 20) -> str:
        """Return a component's password, or a key of `size` bytes, in hexadecimal digits. It is generated on first
        use: every user of the machine can reach loopback."""
        file = self.folder("secrets") / name
        if not file.exists():
            new = file.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_text(secrets.token_hex(size))
            new.replace(file)
        return file.read_text()

    @property
    def token_file(self) -> Path:
        """The file with the token of the administrator, which the API and the terminal read."""
        return self.path / "secrets" / "token"

    def create_token(self) -> None:
        """Create the administrator's token, if there is none yet."""
        self.folder("secrets")
        if not self.token_file.exists():
            new = self.token_file.with_suffix(".new")
            new.unlink(missing_ok=True)
            new.touch(mode=0o600)
            new.write_text(f"bay_{secrets.token_urlsafe(32)}\n")
            new.replace(self.token_file)

    def read_token(self) -> str | None:
        """Return the administrator's token, or None if there is none, or this user may not read it."""
        try:
            return self.token_file.read_text().strip() or None
        except OSError:
            return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the directory for this process; the kernel releases the lock when the process dies.

        Raises:
            AlreadyRunningError: another process holds the lock.
            DataDirError: the directory cannot be created or locked.
        """
        try:
            self.create()
            descriptor = os.open(self._lock_file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            while not self._lock(descriptor, fcntl.LOCK_EX):
                if (holder := self.holder()) is not None:  # not just the shared lock that `holder` takes for a moment
                    raise AlreadyRunningError(self.path, holder)
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            self.finish_restore()
            yield
        finally:
            os.close(descriptor)

    def finish_restore(self) -> None:
        """Replace the old state with a restored one, and delete an incomplete restore. The caller holds the lock.

        If it is killed halfway, the next call continues: whatever is left in RESTORED has not replaced the old yet.
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
        """Return the pid of the process that holds the lock: 0 if it has not written it yet, None if the lock is free.

        Raises:
            DataDirError: the lock cannot be read.
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
            pid = os.read(descriptor, 20)
            return int(pid) if pid.isdigit() else 0
        except OSError as error:
            raise self._unusable(error) from None
        finally:
            os.close(descriptor)

    def is_held(self) -> bool:
        """Return whether a process holds the lock, as far as this user can see."""
        try:
            return self.holder() is not None
        except DataDirError:
            return False

    def _unusable(self, error: OSError) -> DataDirError:
        reason = error.strerror or str(error)
        try:
            owner = self._lock_file.stat().st_uid
        except OSError:
            owner = os.geteuid()
        if isinstance(error, PermissionError) and owner != os.geteuid():
            reason = f"it {_REMEDY.format(owner=_user(owner))}"
        return DataDirError(f"cannot use {self.path}: {reason}")

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
