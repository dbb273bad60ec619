"""The source of `botarmy run`: folders, repositories, zips and bundles, and what is refused in one line."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from artifacts import zips
from artifacts.sources import read_zip
from cli.commands import source
from cli.commands.git import git
from cli.errors import UsageError

pytestmark = pytest.mark.usefixtures("no_configuration")


@pytest.fixture
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The person's git has nothing that would help."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_DIR", "/nowhere")


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def sent(path: Path) -> tuple[dict[str, str], str]:
    """Return the files that the API receives, and what is said about them."""
    read = source.read(path)
    assert (read.body["encoding"], read.body["media_type"]) == ("base64", "application/zip")
    return read_zip(base64.b64decode(read.body["content"])).files, read.summary


def repository(folder: Path) -> Path:
    git("init", "--quiet", "--initial-branch=main", folder)
    return folder


def commit(folder: Path) -> None:
    git("-C", folder, "add", "--all")
    git("-C", folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "-m", "all")


def test_a_folder_is_read_without_caches_links_and_what_is_not_text(tmp_path: Path) -> None:
    folder = written(tmp_path / "app", {"a.py": "x = 1\n", "sub/b.py": "y\n", "logo.png": b"\x89PNG\0"})
    written(folder, {".env": "KEY=secret", "__pycache__/a.pyc": b"\0", "node_modules/x/y.js": "z"})
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / "etc").symlink_to("/etc")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket is short
        listening.bind("socket")
        os.chdir(here)
        files, summary = sent(folder)
    assert files == {"a.py": "x = 1\n", "sub/b.py": "y\n"}
    assert summary == (
        f"Begins from 2 files of {folder}. Left out: etc, logo.png, passwd, pipe, socket, "
        ".env, __pycache__, node_modules."
    )


def test_of_a_repository_what_is_tracked_is_read_as_it_is_now(tmp_path: Path) -> None:
    folder = repository(written(tmp_path / "app", {"a.py": "x = 1\n", "gone.py": "", ".gitignore": "secret.txt\n"}))
    commit(folder)
    written(folder, {"a.py": "x = 2\n", "secret.txt": "secret", "new.py": "untracked"})
    (folder / "gone.py").unlink()
    files, summary = sent(folder)
    assert files == {"a.py": "x = 2\n", ".gitignore": "secret.txt\n"}
    assert summary.endswith("Left out: new.py (untracked).")


def test_a_folder_in_a_repository_that_tracks_none_of_it_is_read_as_a_folder(tmp_path: Path) -> None:
    folder = written(repository(tmp_path / "outer") / "inner", {"a.py": "x\n"})
    assert sent(folder)[0] == {"a.py": "x\n"}


def test_a_repository_cannot_make_git_start_programs(tmp_path: Path) -> None:
    folder = repository(written(tmp_path / "app", {"a.py": "x\n"}))
    commit(folder)
    mark = tmp_path / "started"
    with (folder / ".git" / "config").open("a") as config:
        config.write(f'[core]\n\tfsmonitor = "touch {mark}; true"\n\thooksPath = "{tmp_path}"\n')
    assert sent(folder)[0] == {"a.py": "x\n"}
    assert not mark.exists()
    # With the repository's own configuration it would have.
    environment = {name: value for name, value in os.environ.items() if name != "GIT_DIR"}
    subprocess.run(["git", "-C", folder, "status"], env=environment, capture_output=True, check=False)
    assert mark.exists()


def test_a_tracked_file_behind_a_link_is_not_read(tmp_path: Path) -> None:
    folder = repository(written(tmp_path / "app", {"a.py": "x\n", "sub/hosts": "mine\n"}))
    commit(folder)
    (folder / "sub" / "hosts").unlink()
    (folder / "sub").rmdir()
    (folder / "sub").symlink_to("/etc")
    files, summary = sent(folder)
    assert files == {"a.py": "x\n"}
    assert "sub/hosts" in summary


def test_a_zip_of_a_repository_is_read_without_its_outer_folder(tmp_path: Path) -> None:
    packed = tmp_path / "app.zip"
    packed.write_bytes(zips.pack({"a.py": "x\n", "tests/test_a.py": "y\n", ".git/config": "z"}, "app-main"))
    files, summary = sent(packed)
    assert files == {"a.py": "x\n", "tests/test_a.py": "y\n"}
    assert summary.endswith("Left out: app-main/.git.")


@pytest.mark.parametrize("what", [("HEAD", "main"), ("main",), ("work",)])
def test_a_bundle_is_read_at_its_head_or_its_branch(what: tuple[str, ...], tmp_path: Path) -> None:
    folder = repository(written(tmp_path / "app", {"a.py": "x = 1\n"}))
    commit(folder)
    git("-C", folder, "branch", "work")
    bundle = tmp_path / "app.bundle"
    git("-C", folder, "bundle", "create", bundle, *what)
    assert sent(bundle)[0] == {"a.py": "x = 1\n"}


def test_a_link_in_a_bundle_is_not_followed(tmp_path: Path) -> None:
    folder = repository(written(tmp_path / "app", {"a.py": "x\n"}))
    (folder / "hosts").symlink_to("/etc/hosts")
    commit(folder)
    bundle = tmp_path / "app.bundle"
    git("-C", folder, "bundle", "create", bundle, "HEAD", "main")
    files, summary = sent(bundle)
    assert files == {"a.py": "x\n"}
    assert summary.endswith("Left out: hosts.")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent", None, "cannot read {path}: No such file or directory"),
        ("note.txt", b"hello", "{path} is not a folder, a zip or a git bundle"),
        ("empty.zip", b"", "{path} is not a folder, a zip or a git bundle"),
        ("broken.zip", b"PK\x03\x04", "cannot begin from {path}: The zip cannot be read"),
        ("cut.bundle", b"# v2 git bundle\n", "cannot begin from {path}: "),
        ("evil.zip", zips.pack({"../a.py": ""}), "cannot begin from {path}: The zip was rejected"),
    ],
)
def test_anything_else_is_refused_in_one_line(name: str, content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        source.read(path)
    message = str(refused.value)
    assert message.startswith(said.format(path=path))
    assert "\n" not in message


def test_a_folder_without_text_and_a_device_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no files of text"):
        source.read(tmp_path / "empty")
    with pytest.raises(UsageError, match="/dev/null is not a folder"):
        source.read(Path("/dev/null"))


def test_a_folder_over_the_limit_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "app", {f"{number}.py": "" for number in range(1_001)})
    with pytest.raises(UsageError, match="limit is 1,000"):
        source.read(folder)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "app", {"a.py": "x\n"})
    original = os.open

    def refuse(path: str | os.PathLike[str], *arguments: int) -> int:
        if Path(path).name == "a.py":
            raise PermissionError(13, "Permission denied", str(path))
        return original(path, *arguments)

    monkeypatch.setattr(os, "open", refuse)  # root may read everything
    with pytest.raises(UsageError, match=r"cannot read .*app/a\.py: Permission denied"):
        source.read(folder)


def test_without_git_a_folder_is_read_and_a_bundle_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(written(tmp_path / "app", {"a.py": "x\n"}))
    commit(folder)
    bundle = tmp_path / "app.bundle"
    git("-C", folder, "bundle", "create", bundle, "HEAD", "main")
    monkeypatch.setenv("PATH", str(tmp_path))
    files, summary = sent(folder)
    assert files == {"a.py": "x\n"}
    assert summary.endswith("Left out: .git.")
    with pytest.raises(UsageError, match="git is not on the PATH"):
        source.read(bundle)
