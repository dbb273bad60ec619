"""Unsafe and broken zips are refused; those that the crew and the API write are reproducible."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from artifacts.errors import InvalidArtifactError
from artifacts.zips import MAX_FILES, check, pack, unpack
from models.contracts.names import BuiltInArtifact
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
def test_a_zip_of_files_and_folders_is_valid(names: tuple[str, ...]) -> None:
    check(archive(*names))


async def test_the_crews_own_zip_is_valid() -> None:
    check((await deliver(EXAMPLE))[BuiltInArtifact.DEPLOYMENT_PACKAGE].content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot be read"),
        (b"PK", "cannot be read"),
        (archive("a" * 20)[:-5], "cannot be read"),
        (archive("../a"), "segment"),
        (archive("/a"), "absolute"),
        (archive("a", "b").replace(b"b", b"a"), "twice"),
        (archive("a", "A"), "the same file"),
        (archive("a", "a/b"), "both a file and a folder"),
        (archive("../"), "segment"),
        (archive("con"), "device"),
        (archive(".git/config"), "Git"),
        (archive("a\x00b"), "control character"),
        (archive("a", kind=stat.S_IFLNK), "link or a device"),
        (archive("a", kind=stat.S_IFBLK), "link or a device"),
        (archive("innocent").replace(b"innocent", b"../../xy", 1), "cannot be read"),
        (archive("a").replace(b"PK\x01\x02", b"PK\x01\x02" * (MAX_FILES + 2)), "more than 10,000 files"),
    ],
    ids=range(16),
)
def test_any_other_zip_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidArtifactError, match=reason):
        check(content)


def test_the_same_files_make_the_same_bytes() -> None:
    files = {"b.py": "x = 1\n", "a/\u00e9.md": "# \u00e9\n"}
    content = pack(files, "root")
    assert pack(dict(reversed(files.items())), "root") == content
    assert unpack(content, "root") == files
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert {entry.date_time[0] for entry in bundle.infolist()} == {1980}
