"""The file names and media types of downloads."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from uuid_utils.compat import uuid7

from api.artifacts.downloads import download_response
from artifacts.media_types import FILES, ZIP
from models.tables import Artifact


def sent_as(name: str = "plan", media_type: str = "text/markdown", file: str | None = None) -> tuple[str, str, str]:
    """Return the media type, the file name, and the file name for older clients."""
    artifact = Artifact(
        id=uuid7(),
        project_id=uuid7(),
        type="project_plan",
        name=name,
        version=2,
        media_type=media_type,
        size=1,
        content_hash="hash",
        author="human",
        origin_id=uuid7(),
        created_at=datetime.now(UTC),
    )
    headers = download_response(artifact, file, b"x", '"tag"').headers
    kind, plain, full = headers["content-disposition"].split("; ")
    assert kind == "attachment"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["etag"] == '"tag"'
    assert plain.isascii()
    assert full.startswith("filename*=UTF-8''")
    assert full.isascii()
    return (
        headers["content-type"],
        unquote(full.removeprefix("filename*=UTF-8''")),
        plain.removeprefix('filename="').removesuffix('"'),
    )


@pytest.mark.parametrize(
    ("media_type", "as_type", "ending"),
    [
        ("text/markdown", "text/markdown; charset=utf-8", ".md"),
        ("text/plain", "text/plain; charset=utf-8", ".txt"),
        (FILES, FILES, ".json"),
        (ZIP, ZIP, ".zip"),
        ("application/json", "application/octet-stream", ".json"),
        ("text/html", "application/octet-stream", ".txt"),
        ("text/javascript", "application/octet-stream", ".txt"),
        ("text/css", "application/octet-stream", ".txt"),
        ("image/svg+xml", "application/octet-stream", ".bin"),
        ("application/xhtml+xml", "application/octet-stream", ".bin"),
        ("text/html; charset=utf-7", "application/octet-stream", ".txt"),
    ],
)
def test_no_media_type_is_one_that_browsers_run(media_type: str, as_type: str, ending: str) -> None:
    assert sent_as(media_type=media_type) == (as_type, f"plan-v2{ending}", f"plan-v2{ending}")


@pytest.mark.parametrize(
    ("name", "full", "plain"),
    [
        ("Pl\u00e4n 7", "Pl\u00e4n 7", "plan-7"),
        ("\u8a08\u753b", "\u8a08\u753b", "project_plan"),
        ("../../etc/passwd", "etc-passwd", "etc-passwd"),
        ('a"; filename="b.exe', "a-; filename=-b.exe", "a-filename-b-exe"),
        ("a\r\nX-Evil: 1", "a--X-Evil- 1", "a-x-evil-1"),
        ("a\u202egpj.exe", "a-gpj.exe", "agpj-exe"),
        ("...", "project_plan", "project_plan"),
        ("x" * 255, "x" * 60, "x" * 60),
        ("\U0001f600" * 255, "\U0001f600" * 60, "project_plan"),
        ("index.html", "index.html", "index-html"),
    ],
)
def test_an_artifacts_name_cannot_change_the_header_or_the_folder(name: str, full: str, plain: str) -> None:
    assert sent_as(name) == ("text/markdown; charset=utf-8", f"{full}-v2.md", f"{plain}-v2.md")


@pytest.mark.parametrize(
    ("file", "full", "plain"),
    [
        ("a/b/Main.py", "Main.py", "main.py"),
        ("Dockerfile", "Dockerfile", "dockerfile"),
        (".gitignore", "gitignore", "gitignore"),
        ("a/..", "file", "file"),
        ("a\\b\r\n.p\u00e4y", "a-b.pay", "a-b.pay"),
        ("x.\u8a08", "x.\u8a08", "x"),
        ("x" * 300 + ".txt", "x" * 60 + ".txt", "x" * 60 + ".txt"),
        ("x." + "y" * 300, "x." + "y" * 60, "x." + "y" * 60),
        ("a/", "file", "file"),
    ],
)
def test_a_file_keeps_its_name(file: str, full: str, plain: str) -> None:
    assert sent_as(media_type=ZIP, file=file) == ("application/octet-stream", full, plain)
