"""File sets and zips that would do harm when unpacked."""

from __future__ import annotations

import io
import json
import stat
import zipfile

ESCAPING = {
    "up": ["fine", "../evil"],
    "up from below": ["fine", "a/../../evil"],
    "up to nothing": [".."],
    "here": ["./evil"],
    "nowhere": ["a//evil"],
    "absolute": ["/tmp/evil"],
    "a drive": ["C:/evil"],
    "a drive's folder": ["c:evil"],
    "backslashes": ["a\\..\\..\\evil"],
    "a share": ["\\\\server\\evil"],
    "NUL": ["fine\x00evil"],
    "a line break": ["fine\nevil"],
    "an escape": ["e\x1b[31mvil"],
    "too long": ["n" * 300],
    "too deep": ["/".join(["a"] * 300)],
}
CLASHING = {
    "the same but for case": ["README.md", "readme.MD"],
    "the same but for the accent": ["caf\u00e9", "cafe\u0301"],
    "the same but for case, folders": ["A/b", "a/B"],
    "a file and a folder": ["a", "a/b"],
    "a file and a folder but for case": ["A", "a/b"],
}
RESERVED = {
    "a device": ["con"],
    "a device in a folder": ["src/NUL/evil"],
    "a device with an ending": ["aux.txt"],
    "a port": ["COM1.log"],
    "a dot at the end": ["evil."],
    "a space at the end": ["a /evil"],
    "a stream": ["fine.txt:evil"],
    "a repository": [".git/hooks/post-checkout"],
    "a repository but for case": ["src/.GIT/config"],
}
BAD_PATHS = {**ESCAPING, **CLASHING, **RESERVED}


def file_set(paths: list[str]) -> str:
    return json.dumps({"files": dict.fromkeys(paths, "evil")})


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = name if isinstance(name, zipfile.ZipInfo) else _named(name)
            archive.writestr(entry, content)
    return into.getvalue()


def _named(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("x")
    entry.filename = name  # the constructor would sanitise it
    entry.external_attr = 0o100644 << 16
    return entry


def _of_kind(kind: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("innocent")
    entry.create_system = 3
    entry.external_attr = (kind | 0o777) << 16
    return entry


def _renamed(archive: bytes, old: bytes, new: bytes) -> bytes:
    """Change the name in the local header, but not the one in the central directory."""
    return archive.replace(old, new, 1)


def bad_zips() -> dict[str, bytes]:
    """Return malicious zips by what is wrong with each."""
    zeros = zipped(("bomb", b"0" * 1_000_000))
    return {
        **{name: zipped(*((path, b"evil") for path in paths)) for name, paths in BAD_PATHS.items()},
        "a link out": zipped((_of_kind(stat.S_IFLNK), b"/etc/passwd")),
        "a link, and a file through it": zipped((_of_kind(stat.S_IFLNK), b"/tmp"), ("innocent/evil", b"evil")),
        "a device node": zipped((_of_kind(stat.S_IFCHR), b"")),
        "a pipe": zipped((_of_kind(stat.S_IFIFO), b"")),
        "two names for one file": _renamed(zipped(("fine", b"evil")), b"fine", b"../x"),
        "larger than it may be": zeros.replace((1_000_000).to_bytes(4, "little"), (2**31).to_bytes(4, "little")),
        "half of a zip": zeros[: len(zeros) // 2],
        "no zip": b"PK\x03\x04 is how one begins",
    }
