"""The file of a backup: a zip of both databases and the passwords, with a manifest of versions and checksums."""

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

from cli.errors import CommandError

FORMAT = 1
MANIFEST, DUMP, TEMPORAL = "backup.json", "postgres.dump", "temporal.db"
MEMBERS = (DUMP, TEMPORAL, "secrets/postgres", "secrets/redis")
"""The files of a backup beside its manifest, in this order."""
MANIFEST_BYTES = 65536
CHUNK = 2**20


class BackupError(CommandError):
    """A backup cannot be made or restored; the message says why."""


class Member(BaseModel):
    """A file of a backup: its size, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


class Manifest(BaseModel):
    """When a backup was made, by which versions, and of which files."""

    format: int = FORMAT
    release: str
    created_at: str
    revision: str
    postgres: str
    temporal: str
    members: dict[str, Member]


def write(file: Path, folder: Path, versions: dict[str, str]) -> None:
    """Pack the folder into one file that only its owner can read. The file appears once it is complete.

    Raises:
        OSError: the file cannot be written.
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
            archive.writestr(MANIFEST, Manifest(format=FORMAT, members=members, **versions).model_dump_json(indent=2))
            archive.close()
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def open_backup(file: Path) -> Iterator[tuple[Manifest, zipfile.ZipFile]]:
    """Open a backup and check its structure; `extract` checks the contents.

    Raises:
        BackupError: the file is not a backup, is damaged, or has another format. Also raised for damage that is found
            inside the block.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if sorted(names) != sorted((MANIFEST, *MEMBERS)):
                raise BackupError(f"{file} is not a BotArmy backup: it contains other files")
            with archive.open(MANIFEST) as text:
                manifest = Manifest.model_validate_json(text.read(MANIFEST_BYTES))
            if manifest.format != FORMAT:
                raise BackupError(f"{file} has format {manifest.format}; this version of BotArmy reads {FORMAT}")
            sizes = {name: archive.getinfo(name).file_size for name in MEMBERS}
            if {name: member.size for name, member in manifest.members.items()} != sizes:
                raise BackupError(f"{file} is damaged: the sizes of its files differ from the manifest")
            yield manifest, archive
    except BackupError:
        raise
    except OSError as error:
        if error.errno is None:
            raise BackupError(f"{file} is damaged: {error}") from None
        raise
    except (zipfile.BadZipFile, zlib.error, ValueError, TypeError, KeyError, EOFError, NotImplementedError) as error:
        raise BackupError(f"{file} is not a BotArmy backup, or it is damaged: {error}") from None
    except RuntimeError as error:  # an encrypted member
        raise BackupError(f"{file} is not a BotArmy backup: {error}") from None


def extract(manifest: Manifest, archive: zipfile.ZipFile, folder: Path) -> None:
    """Write every member into the folder under its known name, and compare it with the manifest.

    Raises:
        BackupError: the disk has too little space, or a member differs from the manifest.
    """
    needed, free = sum(member.size for member in manifest.members.values()), shutil.disk_usage(folder).free
    if needed > free:
        raise BackupError(f"the backup needs {needed:,} bytes, but {folder} has only {free:,} bytes free")
    for name in MEMBERS:
        member, target = manifest.members[name], folder / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        target.touch(mode=0o600)
        with archive.open(name) as source, target.open("wb") as out:
            if _copy(source, out, member.size) != member:
                raise BackupError(f"the backup is damaged: the checksum of {name} does not match")
            out.flush()
            os.fsync(out.fileno())


def _copy(source: IO[bytes], target: IO[bytes], limit: int | None = None) -> Member:
    """Copy up to about `limit` bytes. Return the size and hash of what was read."""
    size, digest = 0, hashlib.sha256()
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if limit is not None and size > limit:
            break
        digest.update(chunk)
        target.write(chunk)
    return Member(size=size, sha256=digest.hexdigest())
