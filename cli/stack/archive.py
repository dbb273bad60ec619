"""The file of a backup: a zip of the two databases and the passwords, with what made them and their checksums."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import BaseModel

from cli.exits import CommandError

FORMAT = 1
MANIFEST, DUMP, TEMPORAL = "backup.json", "postgres.dump", "temporal.db"
MEMBERS = (DUMP, TEMPORAL, "secrets/postgres", "secrets/redis")
"""All that is in a backup beside its manifest, in this order."""
MANIFEST_BYTES = 65536
CHUNK = 2**20


class BackupError(CommandError):
    """A backup cannot be made or brought back; the message says why."""


class Member(BaseModel):
    """A file of a backup: its size, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup is, and when and by what it was made."""

    format: int = FORMAT
    release: str
    created_at: str
    revision: str
    postgres: str
    temporal: str
    members: dict[str, Member]


def write(file: Path, folder: Path, about: dict[str, str]) -> None:
    """Put what is in the folder into one file, readable by its owner only; the file appears when it is whole.

    Raises:
        OSError: it cannot be written.
    """
    new = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with (
            os.fdopen(descriptor, "wb") as out,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            members = {}
            for name in MEMBERS:
                with (folder / name).open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
                    members[name] = _copy(source, target)
            archive.writestr(MANIFEST, Manifest(members=members, **about).model_dump_json(indent=2))
            archive.close()
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def opened(file: Path) -> Iterator[tuple[Manifest, zipfile.ZipFile]]:
    """A backup, of which only the contents of its members are still to be checked.

    Raises:
        BackupError: it is none, or damaged, or of another format. In the block, also for what turns out to be damaged.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if sorted(names) != sorted((MANIFEST, *MEMBERS)):
                raise BackupError(f"{file} is no backup of BotArmy: it holds other files than one does")
            with archive.open(MANIFEST) as text:
                manifest = Manifest.model_validate_json(text.read(MANIFEST_BYTES))
            if manifest.format != FORMAT:
                raise BackupError(f"{file} has format {manifest.format}; this version of BotArmy reads {FORMAT}")
            sizes = {name: archive.getinfo(name).file_size for name in MEMBERS}
            if {name: member.size for name, member in manifest.members.items()} != sizes:
                raise BackupError(f"{file} is damaged: its files are not those that it was made of")
            yield manifest, archive
    except BackupError:
        raise
    except OSError as error:
        if error.errno is None:
            raise BackupError(f"{file} is damaged: {error}") from None
        raise
    except (zipfile.BadZipFile, zlib.error, ValueError, TypeError, KeyError, EOFError, NotImplementedError) as error:
        raise BackupError(f"{file} is no backup of BotArmy, or a damaged one: {error}") from None
    except RuntimeError as error:  # an encrypted member
        raise BackupError(f"{file} is no backup of BotArmy: {error}") from None


def extract(manifest: Manifest, archive: zipfile.ZipFile, folder: Path) -> None:
    """Write every member into the folder, under the name that we know, and compare it with the manifest.

    Raises:
        BackupError: there is no room, or a member is not what the manifest says.
    """
    wanted, free = sum(member.size for member in manifest.members.values()), shutil.disk_usage(folder).free
    if wanted > free:
        raise BackupError(f"the backup needs {wanted:,} bytes, and {folder} has room for {free:,}")
    for name in MEMBERS:
        member, target = manifest.members[name], folder / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        target.touch(mode=0o600)
        with archive.open(name) as source, target.open("wb") as out:
            if _copy(source, out, member.size) != member:
                raise BackupError(f"the backup is damaged: {name} is not what was saved")
            out.flush()
            os.fsync(out.fileno())


def _copy(source: IO[bytes], target: IO[bytes], most: int | None = None) -> Member:
    """Copy, and say what was copied; no more than about `most` bytes."""
    size, digest = 0, hashlib.sha256()
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if most is not None and size > most:
            break
        digest.update(chunk)
        target.write(chunk)
    return Member(size=size, sha256=digest.hexdigest())
