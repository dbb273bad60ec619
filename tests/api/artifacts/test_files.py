"""Files in file sets and zips can be listed and read, whatever the content."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.artifacts.files import list_files, read_file
from api.errors import ConflictError, NotFoundError
from artifacts.media_types import FILES, ZIP
from artifacts.zips import MAX_FILES

LIMIT = 2**20


def zipped(names: list[str], body: bytes = b"x", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name in names:
            archive.writestr(name, body)
    return buffer.getvalue()


def test_files_are_listed_in_the_order_of_their_paths() -> None:
    files = json.dumps({"files": {"b": "\u00e9", "a/c": ""}}).encode()
    assert [(entry.path, entry.size) for entry in list_files(FILES, files)] == [("a/c", 0), ("b", 2)]
    assert [(entry.path, entry.size) for entry in list_files(ZIP, zipped(["b", "a/", "a/c"]))] == [("a/c", 1), ("b", 1)]
    assert list_files(ZIP, zipped([])) == []
    assert list_files(ZIP, zipped(["a"]).replace(b"a", b"\x00")) == []


def test_hostile_paths_are_only_names() -> None:
    names = ["../../etc/passwd", "/etc/passwd", "C:\\x", "<script>", "a\nb", "\u202eb", "x" * 60_000]
    found = list_files(ZIP, zipped(names))
    assert {entry.path for entry in found} == set(names)
    for name in names:
        assert read_file(ZIP, zipped(names), name, LIMIT) == b"x"


def test_a_file_is_read_up_to_the_limit() -> None:
    files = json.dumps({"files": {"a": "\u00e9\u00e9"}}).encode()
    assert read_file(FILES, files, "a", 100) == "\u00e9\u00e9".encode()
    assert read_file(FILES, files, "a", 3) == "\u00e9\u00e9".encode()[:3]
    bomb = zipped(["a"], b"0" * 100 * LIMIT)
    assert len(bomb) < LIMIT
    assert len(read_file(ZIP, bomb, "a", LIMIT)) == LIMIT


@pytest.mark.parametrize("path", ["c", "a/", "", "/a", "\x00", "x" * 100_000])
def test_an_unknown_path_is_not_found(path: str) -> None:
    for media_type, body in ((FILES, b'{"files": {"a/b": "x"}}'), (ZIP, zipped(["a/", "a/b"]))):
        with pytest.raises(NotFoundError) as caught:
            read_file(media_type, body, path, LIMIT)
        assert len(caught.value.detail) < 200


def damaged(signature: bytes, offset: int, value: bytes) -> bytes:
    """Return a zip of one file, with some bytes after a signature replaced."""
    body = bytearray(zipped(["a"], b"text" * 1000))
    start = body.index(signature) + offset
    body[start : start + len(value)] = value
    return bytes(body)


DIRECTORY, HEADER = b"PK\x01\x02", b"PK\x03\x04"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"PK",
        zipped(["a"])[:-10],
        zipped(["a"])[30:],
        damaged(DIRECTORY, 8, b"\x01\x00"),  # encrypted
        damaged(DIRECTORY, 10, b"\x63\x00"),  # an unknown compression method
        damaged(DIRECTORY, 42, b"\xff\xff\xff\x7f"),  # an offset beyond the end
        damaged(HEADER, 26, b"\xff\xff"),
        damaged(HEADER, 31, b"\xff" * 8),
        zipped(["a"], method=zipfile.ZIP_LZMA),
        zipped(["a"], method=zipfile.ZIP_BZIP2),
        zipped(["\u00e9"]).replace("\u00e9".encode(), b"\xff\xff"),
    ],
    ids=range(12),
)
def test_a_broken_zip_is_refused(body: bytes) -> None:
    with pytest.raises(ConflictError):
        read_file(ZIP, body, "a", LIMIT)


SOUND = zipped(["a", "b/c"], b"text" * 100)


@settings(max_examples=500)
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_zip_is_read_or_refused(damages: list[tuple[int, int]]) -> None:
    body = bytearray(SOUND)
    for place, value in damages:
        body[place] = value
    with suppress(ConflictError):
        for entry in list_files(ZIP, bytes(body)):
            assert len(read_file(ZIP, bytes(body), entry.path, LIMIT)) <= LIMIT


def test_a_zip_with_too_many_files_is_refused() -> None:
    assert len(list_files(ZIP, zipped([f"{number}" for number in range(MAX_FILES)]))) == MAX_FILES
    with pytest.raises(ConflictError, match="more than 10,000"):
        list_files(ZIP, zipped([f"{number}" for number in range(MAX_FILES + 1)]))


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"files": {"../a": "x"}}', b'{"files": {"a": "\\ud800"}}', b"[" * 10_000]
)
def test_a_broken_file_set_is_refused(body: bytes) -> None:
    with pytest.raises(ConflictError):
        list_files(FILES, body)
    with pytest.raises(ConflictError):
        read_file(FILES, body, "a", LIMIT)
