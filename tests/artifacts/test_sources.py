"""A zip of code: what of it a project begins from, and what is refused."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from artifacts import file_sets
from artifacts.errors import InvalidArtifactError
from artifacts.sources import Source, gather, ignored_part, read_zip, without_root


def archive(*members: tuple[str, bytes], links: tuple[str, ...] = ()) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in members:
            bundle.writestr(name, content)
        for name in links:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            bundle.writestr(entry, b"/etc/passwd")
    return into.getvalue()


def test_text_is_taken_and_the_rest_is_named() -> None:
    packed = archive(
        ("app/", b""),
        ("app/main.py", b"print('h\xc3\xa9')\r\n"),
        ("README", b""),
        ("logo.png", b"\x89PNG\r\n\x1a\n\x00"),
        ("latin.txt", b"caf\xe9"),
        links=("latest",),
    )
    source = read_zip(packed)
    assert source.files == {"README": "", "app/main.py": "print('hé')\r\n"}
    assert source.left_out == ("latest", "latin.txt", "logo.png")


def test_repositories_caches_and_secrets_are_ignored_wherever_they_are() -> None:
    names = (".git/hooks/pre-commit", "web/node_modules/a/b.js", "app/__pycache__/a.pyc", ".venv/bin/x", "app/.env")
    source = read_zip(archive(("app/a.py", b"x = 1\n"), *((name, b"no\n") for name in names)))
    assert list(source.files) == ["app/a.py"]
    assert source.ignored == (".git", ".venv", "app/.env", "app/__pycache__", "web/node_modules")
    assert source.left_out == ()
    assert ignored_part(".gitignore") is None
    assert ignored_part(".env.example") is None


SECRETS = [
    ".env",
    ".ENV",
    ".env.local",
    "app/.env.production",
    ".ssh/config",
    "id_rsa",
    "id_ed25519.pub",
    "tls/server.pem",
]
NO_SECRETS = [
    ".env.example",
    ".env.sample",
    "environment.py",
    "id_rsa_test.py/a.py",
    "pem.py",
    "envs/a.py",
    "my.env.py",
]


@pytest.mark.parametrize("path", [*SECRETS, ".netrc", ".git-credentials", "android.keystore", "a/client.p12"])
def test_what_usually_holds_secrets_is_left_out(path: str) -> None:
    source = read_zip(archive(("a.py", b"x = 1\n"), (path, b"secret")))
    assert list(source.files) == ["a.py"]
    assert source.ignored == (ignored_part(path),)


@pytest.mark.parametrize("path", NO_SECRETS)
def test_what_only_resembles_a_secret_is_taken(path: str) -> None:
    assert ignored_part(path) is None


def test_a_name_that_is_not_utf_8_is_left_out() -> None:
    source = gather([("a.py", lambda: io.BytesIO(b"x = 1\n")), ("bad\udcff.txt", lambda: io.BytesIO(b"y"))])
    assert (list(source.files), source.left_out) == (["a.py"], ("bad\\udcff.txt",))


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (b"PK nothing", "cannot be read"),
        (archive(), "no files of text"),
        (archive((".git/config", b"x"), ("logo", b"\0")), "no files of text"),
        (archive(("../a.py", b"x")), "segment"),
        (archive(("/a.py", b"x")), "absolute"),
        (archive(("a.py", b"x"), ("A.py", b"y")), "the same file"),
        (archive(("a:b", b"x")), "colon"),
        (archive(*((f"{number}.py", b"") for number in range(file_sets.MAX_FILES + 1))), "limit is 1,000"),
        (archive(("a.txt", b"a" * file_sets.MAX_TOTAL_BYTES), ("b.txt", b"b")), "larger than 8 MiB"),
        (archive(("bomb.txt", b"a" * 20 * 2**20)), "larger than 8 MiB"),
    ],
    ids=range(10),
)
def test_any_other_source_is_refused_with_the_reason(packed: bytes, reason: str) -> None:
    with pytest.raises(InvalidArtifactError, match=reason):
        read_zip(packed)


def test_the_folder_around_a_repository_is_removed_and_that_of_a_package_is_kept() -> None:
    def roots(*paths: str) -> list[str]:
        return list(without_root(Source(dict.fromkeys(paths, ""), (), ())).files)

    assert roots("repo-main/setup.py", "repo-main/app/a.py") == ["setup.py", "app/a.py"]
    assert roots("invoicer/__init__.py", "invoicer/a.py") == ["invoicer/__init__.py", "invoicer/a.py"]
    assert roots("a/x.py", "b/x.py") == ["a/x.py", "b/x.py"]
    assert roots("x.py") == ["x.py"]
