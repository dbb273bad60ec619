"""The delivery: the project's export, unpacked into a folder of its own."""

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

DELIVERIES = Path("deliveries")
MOST_FILES = 10_000
MOST_BYTES = 256 * 2**20
LONGEST_PART = 255
LONGEST_NAME = 512

_UNWANTED = re.compile(r"[\x00-\x1f\x7f\\]")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\..*)?", re.IGNORECASE)
"""Names of devices on Windows."""


class DeliveryError(CommandError):
    """The export cannot be unpacked; nothing was left behind."""


def folder_for(out: Path | None, name: str, project_id: str) -> Path:
    """The folder that is asked for, else a new one named after the project.

    Raises:
        UsageError: the folder that is asked for is there and has something in it.
    """
    if out is not None:
        check_free(out)
        return out
    # A UUIDv7 begins with the time and ends at random: its end tells projects of the same minute apart.
    wanted = DELIVERIES / f"{slug(name)}-{project_id.replace('-', '')[-8:]}"
    folder, count = wanted, 1
    while folder.exists():
        count += 1
        folder = wanted.with_name(f"{wanted.name}-{count}")
    return folder


def check_writable(out: Path | None) -> None:
    """Look, before anything is started, whether a delivery can be written: what cannot be known before a folder is made
    (its name's length, the rights on it, the disk) is found out by making one, as near as can be, for a moment.

    Raises:
        UsageError: it cannot; the message says why.
    """
    folder = out if out is not None else DELIVERIES / "name"
    try:
        if out is not None:
            check_free(out)
        place = folder if folder.is_dir() else folder.parent
        while not place.exists() and not place.is_symlink():
            place = place.parent
        trial = Path(tempfile.mkdtemp(prefix=".botarmy-", dir=place))
        try:
            (trial / folder.relative_to(place)).mkdir(parents=True, exist_ok=True)
        finally:
            shutil.rmtree(trial, ignore_errors=True)
    except OSError as error:
        why = error.strerror or error
        raise UsageError(
            f"cannot write a delivery to {out or DELIVERIES}: {why}; name another folder with --out"
        ) from None


def check_free(out: Path) -> None:
    """Raises UsageError where a delivery would mix with what is there already."""
    try:
        taken = out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir())))
    except OSError as error:
        raise UsageError(f"cannot use {out}: {error.strerror}") from None
    if taken:
        raise UsageError(f"{out} is there already and is not an empty folder; choose another for the delivery")


def slug(name: str) -> str:
    """The name as a folder's: lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "project"


def unpack(archive: bytes, folder: Path) -> int:
    """Write the archive's files into the folder, all or none of them; gives how many there are.

    Raises:
        DeliveryError: it is no zip, or a name in it would leave the folder, or the folder cannot be written.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
            members = _checked(bundle)
            # A folder that is there already may be a mount, or the only place that may be written: it is kept. It was
            # looked at before the export was asked for, and may have become a link, or been filled, since.
            kept = folder.is_dir() and not folder.is_symlink()
            if kept and any(folder.iterdir()):
                raise DeliveryError(f"cannot write the delivery to {folder}: it is not empty any more")
            near = folder if kept else folder.parent
            near.mkdir(parents=True, exist_ok=True)
            workshop = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}-", dir=near))
            try:
                workshop.chmod(0o755)
                for member, place in members:
                    _write(bundle, member, workshop / place)
                if kept:
                    _move_out(workshop, folder)
                else:
                    workshop.replace(folder)
            except BaseException:
                shutil.rmtree(workshop, ignore_errors=True)
                raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise DeliveryError(f"the export is no archive that can be unpacked: {error}") from None
    except OSError as error:
        raise DeliveryError(f"cannot write the delivery to {folder}: {error.strerror or error}") from None
    return len(members)


def _move_out(workshop: Path, folder: Path) -> None:
    """Move what is in the workshop up into the folder that holds it: all of it, or nothing."""
    moved: list[Path] = []
    try:
        for one in sorted(workshop.iterdir()):
            moved.append(one.rename(folder / one.name))
        workshop.rmdir()
    except BaseException:
        for one in moved:
            one.rename(workshop / one.name)
        raise


def _checked(bundle: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Every file with its place below the folder. Nothing of the archive is trusted."""
    members = [(member, _place(member)) for member in bundle.infolist() if not member.is_dir()]
    if len(members) > MOST_FILES:
        raise DeliveryError(f"the export has {len(members)} files; {MOST_FILES} are unpacked at most")
    if sum(member.file_size for member, _ in members) > MOST_BYTES:
        raise DeliveryError(f"the export is larger than {MOST_BYTES // 2**20} MB when unpacked")
    names = {_key(place) for _, place in members}
    if len(names) < len(members):
        raise DeliveryError("the export has two files of the same name")
    if any(_key(parent) in names for _, place in members for parent in place.parents):
        raise DeliveryError("in the export, a file stands where a folder must be")
    return members


def _key(place: PurePosixPath) -> str:
    """On many disks, names that differ in case alone, or in how an accent is written, are one file."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(place)).casefold())


def _place(member: zipfile.ZipInfo) -> PurePosixPath:
    # `orig_filename` is the name as it stands in the archive; `filename` ends at a NUL and has its slashes changed.
    name = member.orig_filename
    parts = name.split("/")
    unsafe = _UNWANTED.search(name) or ":" in name or any(part in ("", ".", "..") for part in parts)
    reserved = any(_RESERVED.fullmatch(part) or part.endswith((".", " ")) for part in parts)
    # Git runs what a repository's own folder says, wherever somebody stands in it.
    repository = any(part.casefold() == ".git" for part in parts)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if unsafe or reserved or repository or kind not in (0, stat.S_IFREG):
        raise DeliveryError(f"the export is refused: {name[:80]!a} is not safe to write, or no plain file")
    sizes = [len(part.encode("utf-8", "replace")) for part in parts]
    if max(sizes) > LONGEST_PART or sum(sizes) + len(sizes) - 1 > LONGEST_NAME:
        raise DeliveryError(f"the export is refused: the name {name[:40]!a}... is too long")
    return PurePosixPath(name)


def _write(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with bundle.open(member) as packed, target.open("xb") as file:
        # zipfile gives no more than the size that the archive declares, which is what was checked.
        while left > 0 and (piece := packed.read(min(left, 2**20))):
            left -= len(piece)
            file.write(piece)
