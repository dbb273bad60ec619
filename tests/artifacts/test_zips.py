"""Zips that would leave their folder, or hold what is no file, are refused."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from artifacts.errors import InvalidArtifactError
from artifacts.zips import MAX_FILES, check
from models.contracts.enums import ArtifactType
from tests.crew.rehearsal_under_test import EXAMPLE, deliver


def archive(*names: str, kind: int = stat.S_IFREG) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as bundle:
        for name in names:
            entry = zipfile.ZipInfo("x")
            entry.filename = name
            entry.external_attr = (kind | 0o644) << 16
            bundle.writestr(entry, b"")
    return into.getvalue()


@pytest.mark.parametrize("names", [(), ("a",), ("src/", "src/a.py", "src/b.py"), ("caf\u00e9.md", "\u65e5\u672c.md")])
def test_a_zip_of_files_and_folders_is_taken(names: tuple[str, ...]) -> None:
    check(archive(*names))


async def test_the_crews_own_zip_is_taken() -> None:
    check((await deliver(EXAMPLE))[ArtifactType.DEPLOYMENT_PACKAGE].content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        archive("a" * 20)[:-5],
        archive("../a"),
        archive("/a"),
        archive("a", "b").replace(b"b", b"a"),
        archive("a", "A"),
        archive("a", "a/b"),
        archive("../"),
        archive("con"),
        archive(".git/config"),
        archive("a\x00b"),
        archive("a", kind=stat.S_IFLNK),
        archive("a", kind=stat.S_IFBLK),
        archive("innocent").replace(b"innocent", b"../../xy", 1),
        archive("a").replace(b"PK\x01\x02", b"PK\x01\x02" * (MAX_FILES + 2)),
    ],
    ids=range(16),
)
def test_any_other_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidArtifactError, match="refused"):
        check(content)
