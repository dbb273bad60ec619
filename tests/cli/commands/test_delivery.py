"""Unpacking writes nothing outside the folder, and all files or none, for any archive."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from artifacts import zips
from cli.commands.delivery import DeliveryError, check_writable, folder_for, unpack
from cli.errors import UsageError


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in members:
            member = zipfile.ZipInfo(name) if isinstance(name, str) else name  # dated 1980: the same bytes each time
            bundle.writestr(member, content, zipfile.ZIP_DEFLATED)
    return into.getvalue()


def link() -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("innocent")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def test_files_are_unpacked_to_their_paths(tmp_path: Path) -> None:
    packed = archive(("a.md", b"A"), ("src/", b""), ("src/pkg/b.py", b"B"), ("ünï.txt", b""))
    assert unpack(packed, tmp_path / "deep" / "out") == 3
    written = {str(one.relative_to(tmp_path / "deep" / "out")) for one in tmp_path.rglob("*") if one.is_file()}
    assert written == {"a.md", "src/pkg/b.py", "ünï.txt"}
    assert [one.name for one in (tmp_path / "deep").iterdir()] == ["out"]


@pytest.mark.parametrize(
    "packed",
    [
        archive(("ok", b""), ("../evil", b"x")),
        archive(("ok", b""), ("a/../../evil", b"x")),
        archive(("/etc/evil", b"x")),
        archive(("a\\..\\..\\evil", b"x")),
        archive(("C:evil", b"x")),
        archive(("a//b", b"x")),
        archive(("./evil", b"x")),
        archive(("e\x1bvil", b"x")),
        archive(("evil\nfile", b"x")),
        archive((link(), b"/etc/passwd")),
        archive(("A", b"1"), ("a", b"2")),
        archive(("a", b"1"), ("a/b", b"2")),
        archive(("caf\u00e9", b"1"), ("cafe\u0301", b"2")),
        archive(("n" * 300, b"x")),
        archive(("/".join("n" * 300), b"x")),
        archive(("src/NUL.txt", b"x")),
        archive(("com1", b"x")),
        archive(("a./b", b"x")),
        archive(("a /b", b"x")),
        archive(("a:b", b"x")),
        archive((".git/hooks/pre-commit", b"x")),
        b"not a zip",
        archive(("ok", b"x" * 1000))[:-30],
        archive(("ok", b"x" * 1000)).replace(b"ok\xab", b"ok\xff", 1),  # a deflate block of no known type
    ],
)
def test_an_unsafe_archive_is_refused_as_a_whole(packed: bytes, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError):
        unpack(packed, tmp_path / "in" / "out")
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
    assert not (tmp_path / "in" / "out").exists()


def test_an_archive_that_would_fill_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(DeliveryError, match="larger"):
        unpack(archive(("bomb", b"0" * 1001)), tmp_path / "out")
    monkeypatch.setattr(zips, "MAX_FILES", 2)
    with pytest.raises(DeliveryError, match="more than 2 files"):
        unpack(archive(("a", b""), ("b", b""), ("c", b"")), tmp_path / "out")


def test_a_false_size_in_the_archive_is_refused(tmp_path: Path) -> None:
    packed = archive(("bomb", b"0" * 100_000)).replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(DeliveryError):
        unpack(packed, tmp_path / "out")
    assert list(tmp_path.rglob("*")) == []


def test_a_folder_that_exists_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = folder_for(None, "Über Größe!", "01a20622-f7c7-736d-8e2e-ece6895fa89d")
    assert first == Path("deliveries/uber-groe-895fa89d")
    first.mkdir(parents=True)
    with pytest.raises(UsageError, match=r"deliveries/uber-groe-895fa89d exists already.*--out FOLDER"):
        folder_for(None, "Über Größe!", "01a20622-f7c7-736d-8e2e-ece6895fa89d")


@pytest.mark.parametrize("prepare", [lambda out: out.write_text(""), lambda out: (out / "x").mkdir(parents=True)])
def test_a_folder_that_is_not_empty_is_refused(prepare: Callable[[Path], object], tmp_path: Path) -> None:
    prepare(tmp_path / "out")
    with pytest.raises(UsageError, match="not an empty folder"):
        folder_for(tmp_path / "out", "x", "y")


def test_the_check_for_a_writable_folder_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_writable(None)
    check_writable(Path("new/deep/out"))
    (tmp_path / "empty").mkdir()
    check_writable(Path("empty"))
    assert [str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*")] == ["empty"]
    (tmp_path / "file").write_text("")
    (tmp_path / "lost").symlink_to("nowhere")
    for out in ("file/out", "lost/out", "/proc/out", "/proc/1/deep/out", "n" * 300, "a/" + "n" * 300):
        with pytest.raises(UsageError, match="cannot"):
            check_writable(Path(out))
    (tmp_path / "deliveries").write_text("")
    with pytest.raises(UsageError, match=r"cannot write a delivery to deliveries: .*--out"):
        check_writable(None)


def test_an_existing_folder_is_kept_and_filled_completely_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    node = out.stat().st_ino
    packed = archive(("a.md", b"A"), ("src/b.py", b"B"), ("z.md", b"Z"))
    rename = Path.rename

    def fail_at_the_last(self: Path, target: Path) -> Path:
        if self.name == "z.md":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail_at_the_last)
        with pytest.raises(DeliveryError, match="No space left"):
            unpack(packed, out)
    assert list(out.iterdir()) == []
    assert unpack(packed, out) == 3
    assert out.stat().st_ino == node, "a mount cannot be replaced"
    assert sorted(one.name for one in out.iterdir()) == ["a.md", "src", "z.md"]


def test_a_name_without_ascii_letters_gets_a_default_folder() -> None:
    folder = folder_for(None, "日本語 / ../..", "01890a5d-ac96-774b-bcce-b302099a8057")
    assert folder == Path("deliveries/project-099a8057")
