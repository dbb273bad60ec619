"""File sets that would write outside their folder, or overwrite their own files, are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifacts.errors import InvalidArtifactError
from artifacts.file_sets import MAX_FILES, MAX_TOTAL_BYTES, check, pack, unpack


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/./x",
        "a//x",
        "a/",
        ".",
        "a\\x",
        "C:/x",
        "c:x",
        "a\x00b",
        "a\nb",
        "\ud800",
        "x" * 121,
        "/".join(["folder"] * 40),
        "a:b",
        "con",
        "src/NUL.py",
        "Aux.tar.gz",
        "lpt9 .txt",
        "a./b",
        "a /b",
        ".git/config",
        "a/.GIT/config",
    ],
)
def test_an_unsafe_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidArtifactError, match="rejected"):
        check({"fine.py": "", path: ""})


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a": "", "a/b": ""},
        {"A/b": "", "a": ""},
        {"a.py": "", "A.py": ""},
        {"caf\u00e9": "", "cafe\u0301": ""},
        {"a": "x" * (MAX_TOTAL_BYTES + 1)},
        {"a": "\ud800"},
        {f"f{number}": "" for number in range(MAX_FILES + 1)},
    ],
    ids=range(8),
)
def test_an_unsafe_set_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(InvalidArtifactError, match="rejected"):
        pack(files)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"{}", b'{"files": []}', b'{"files": {"a": 1}}', b'{"files": {"../a": ""}}', b"[" * 99_999],
)
def test_content_that_is_not_a_file_set_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidArtifactError, match="rejected"):
        unpack(content)


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}\.py)?", fullmatch=True), st.text(max_size=40), min_size=1)
)
def test_unpacking_returns_what_was_packed(files: dict[str, str]) -> None:
    try:
        content = pack(files)
    except InvalidArtifactError:
        return
    assert unpack(content) == files
    assert pack(dict(reversed(files.items()))) == content
