"""The delivery: a project's export, unpacked into its own folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artifacts import zips
from artifacts.errors import InvalidArtifactError
from artifacts.paths import slug
from cli.errors import CommandError, UsageError

DELIVERIES = Path("deliveries")


class DeliveryError(CommandError):
    """The export cannot be unpacked; no file was left behind."""


def folder_for(out: Path | None, name: str, project_id: str) -> Path:
    """Return the given folder, else one named after the project.

    Raises:
        UsageError: the folder exists already, and is not an empty one that was given.
    """
    if out is not None:
        check_empty(out)
        return out
    # A UUIDv7 starts with the time and ends with random bits, which differ between projects of the same minute.
    folder = DELIVERIES / f"{slug(name, 40) or 'project'}-{project_id.replace('-', '')[-8:]}"
    if folder.exists() or folder.is_symlink():
        raise UsageError(f"{folder} exists already, and is left as it is; write to another folder with --out FOLDER")
    return folder


def check_writable(out: Path | None, option: str = "--out") -> None:
    """Check that a delivery can be written, before a project is started. The length of the name, the permissions and
    the disk are checked by creating a temporary folder as close to the target as possible. `option` names the folder.

    Raises:
        UsageError: a delivery cannot be written; the message says why.
    """
    folder = out if out is not None else DELIVERIES / "name"
    try:
        if out is not None:
            check_empty(out)
        existing = folder if folder.is_dir() else folder.parent
        while not existing.exists() and not existing.is_symlink():
            existing = existing.parent
        trial = Path(tempfile.mkdtemp(prefix=".botarmy-", dir=existing))
        try:
            (trial / folder.relative_to(existing)).mkdir(parents=True, exist_ok=True)
        finally:
            shutil.rmtree(trial, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(
            f"cannot write a delivery to {out or DELIVERIES}: {reason}; choose another folder with {option}"
        ) from None


def check_empty(out: Path) -> None:
    """Raise UsageError if a delivery would mix with existing files."""
    try:
        taken = out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir())))
    except OSError as error:
        raise UsageError(f"cannot use {out}: {error.strerror}") from None
    if taken:
        raise UsageError(f"{out} already exists and is not an empty folder; choose another one")


def check_apart(out: Path | None, repository: Path | None) -> None:
    """Raise UsageError if one of the folders is, or contains, the other."""
    if out is None or repository is None:
        return
    one, other = out.resolve(), repository.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise UsageError(f"the delivery and the repository cannot both be written to {out} and {repository}")


def unpack(archive: bytes, folder: Path) -> int:
    """Write the archive's files into the folder, all or none. Return their number.

    Raises:
        DeliveryError: the archive is not a zip, a name in it is not safe, or the folder cannot be written.
    """
    try:
        zips.check(archive)
        with writing(folder) as staging:
            return _write_files(archive, staging)
    except InvalidArtifactError as error:
        raise DeliveryError(f"the export cannot be unpacked. {error}") from None


@contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """Yield an empty folder, which becomes the given one at the end of the block; after an error nothing is left.

    Raises:
        DeliveryError: the folder cannot be written, or it is no longer empty.
    """
    try:
        # An existing folder may be a mount point, or the only writable path: it is kept. It was checked before the
        # export was downloaded, and may have become a link, or been filled, since.
        keep = folder.is_dir() and not folder.is_symlink()
        if keep and any(folder.iterdir()):
            raise DeliveryError(f"cannot write the delivery to {folder}: it is no longer empty")
        parent = folder if keep else folder.parent
        parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}-", dir=parent))
        try:
            staging.chmod(0o755)
            yield staging
            if keep:
                _move_up(staging, folder)
            else:
                staging.replace(folder)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
    except OSError as error:
        raise DeliveryError(f"cannot write the delivery to {folder}: {error.strerror or error}") from None


def _write_files(archive: bytes, folder: Path) -> int:
    """Write the files of a checked archive into the folder. Return their number."""
    count = 0
    for path, body in zips.read_files(archive):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(body)
        count += 1
    return count


def _move_up(staging: Path, folder: Path) -> None:
    """Move the contents of the staging folder into the folder that contains it, all or nothing."""
    moved: list[Path] = []
    try:
        for path in sorted(staging.iterdir()):
            moved.append(path.rename(folder / path.name))
        staging.rmdir()
    except BaseException:
        for path in moved:
            path.rename(staging / path.name)
        raise
