"""The recorded data of each release: histories of its workflows, and both databases of a stack with running projects.

`python -m tests.releases record` records those of this checkout. Run it once per release, at the release's commit.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
RELEASES = sorted(path.name for path in FOLDER.iterdir() if path.joinpath("histories").is_dir())


def histories() -> list[Path]:
    """The histories of all releases."""
    return [path for release in RELEASES for path in sorted((FOLDER / release / "histories").glob("*.json"))]
