"""The delivery: a project's export, unpacked into its own folder."""

from __future__ import annotations

import io
import re
import shutil
import stat
import tempfile
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

from cli.exits import CommandError, UsageError
from cli.views.wording import size

DELIVERIES = Path("deliveries")
MAX_FILES = 10_000
MAX_BYTES = 256 * 2**20
MAX_PART = 255
MAX_NAME = 512

_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\..*)?", re.IGNORECASE)
"""Names of devices on Windows."""


class DeliveryError(CommandError):
    """The export cannot be unpacked; no file was left behind."""


def folder_for(out: Path | None, name: str, project_id: str) -> Path:
    """Return the given folder, else a new one named after the project.

    Raises:
        UsageError: the given folder exists and is not empty.
    """
    if out is not None:
        check_empty(out)
        return out
    # A UUIDv7 starts with the time and ends with random bits, which differ between projects of the same minute.
    preferred = DELIVERIES / f"{slug(name)}-{project_id.replace('-', '')[-8:]}"
    folder, count = preferred, 1
    while folder.exists():
        count += 1
        folder = preferred.with_name(f"{preferred.name}-{count}")
    return folder


def check_writable(out: Path | None) -> None:
    """Check that a delivery can be written, before a project is started. The length of the name, the permissions and
    the disk are checked by creating a temporary folder as close to the target as possible.

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
            f"cannot write a delivery to {out or DELIVERIES}: {reason}; choose another folder with --out"
        ) from None


def check_empty(out: Path) -> None:
    """Raise UsageError if a delivery would mix with existing files."""
    try:
        taken = out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir())))
    except OSError as error:
        raise UsageError(f"cannot use {out}: {error.strerror}") from None
    if taken:
        raise UsageError(f"{out} already exists and is not an empty folder; choose another folder for the delivery")


def slug(name: str) -> str:
    """Return the name as a folder name of lower-case letters, digits and hyphens."""
    ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_)[:40].strip("-") or "project"


def unpack(archive: bytes, folder: Path) -> int:
    """Write the archive's files into the folder, all or none. Return their number.

    Raises:
        DeliveryError: the archive is not a zip, a name in it is not safe, or the folder cannot be written.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
            members = _checked(bundle)
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
                for member, path in members:
                    _write(bundle, member, staging / path)
                if keep:
                    _move_up(staging, folder)
                else:
                    staging.replace(folder)
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)
                raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise DeliveryError(f"the export cannot be unpacked: {error}") from None
    except OSError as error:
        raise DeliveryError(f"cannot write the delivery to {folder}: {error.strerror or error}") from None
    return len(members)


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


def _checked(bundle: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Return every file with its path below the folder. Nothing in the archive is trusted."""
    members = [(member, _path(member)) for member in bundle.infolist() if not member.is_dir()]
    if len(members) > MAX_FILES:
        raise DeliveryError(f"the export has {len(members)} files; at most {MAX_FILES} are unpacked")
    if sum(member.file_size for member, _ in members) > MAX_BYTES:
        raise DeliveryError(f"the export is larger than {size(MAX_BYTES)} when unpacked")
    names = {_key(path) for _, path in members}
    if len(names) < len(members):
        raise DeliveryError("the export has two files with the same name")
    if any(_key(parent) in names for _, path in members for parent in path.parents):
        raise DeliveryError("the export has a file and a folder with the same name")
    return members


def _key(path: PurePosixPath) -> str:
    """Return a key for comparison: on many disks, names that differ only in case, or in how an accent is encoded, are
    one file."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(path)).casefold())


def _path(member: zipfile.ZipInfo) -> PurePosixPath:
    # `orig_filename` is the name in the archive; `filename` is cut at a NUL, and its slashes are changed.
    name = member.orig_filename
    parts = name.split("/")
    unsafe = _CONTROL.search(name) or ":" in name or any(part in ("", ".", "..") for part in parts)
    reserved = any(_RESERVED.fullmatch(part) or part.endswith((".", " ")) for part in parts)
    # Git runs the hooks of a repository for everyone who uses Git inside it.
    repository = any(part.casefold() == ".git" for part in parts)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if unsafe or reserved or repository or kind not in (0, stat.S_IFREG):
        raise DeliveryError(f"the export is refused: {name[:80]!a} is not safe to write, or not a regular file")
    sizes = [len(part.encode("utf-8", "replace")) for part in parts]
    if max(sizes) > MAX_PART or sum(sizes) + len(sizes) - 1 > MAX_NAME:
        raise DeliveryError(f"the export is refused: the name {name[:40]!a}... is too long")
    return PurePosixPath(name)


def _write(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    remaining = member.file_size
    with bundle.open(member) as packed, target.open("xb") as file:
        # zipfile returns at most the size that the archive declares, which was checked.
        while remaining > 0 and (chunk := packed.read(min(remaining, 2**20))):
            remaining -= len(chunk)
            file.write(chunk)
