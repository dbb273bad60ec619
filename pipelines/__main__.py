"""`python -m pipelines FILE...`: check pipeline files."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.catalogue import SHIPPED, PipelineError, load_pipeline, pipeline_files


def main(names: list[str]) -> int:
    """Print a line for each problem and for each valid file. Return 1 if there is a problem."""
    valid, seen = True, dict[str, Path]()
    for name in names:
        for path in _files(Path(name)):
            problems = _problems(path)
            if path.stem in seen:
                problems.append(f"{seen[path.stem]} has the same name")
            seen.setdefault(path.stem, path)
            valid = valid and not problems
            for problem in problems:
                _print(f"{path}: {problem}")
            if not problems:
                replaces = (SHIPPED / path.name).exists() and (SHIPPED / path.name).resolve() != path.resolve()
                _print(f"{path}: valid" + ("; it replaces the shipped pipeline of the same name" if replaces else ""))
    return 0 if valid else 1


def _files(path: Path) -> list[Path]:
    """Return the file itself, or the files of a folder."""
    try:
        return pipeline_files(path) or [path] if path.is_dir() else [path]
    except OSError:
        return [path]  # loading it reports that it cannot be read


def _problems(path: Path) -> list[str]:
    try:
        load_pipeline(path)
    except PipelineError as error:
        return error.problems
    return []


def _print(line: str) -> None:
    sys.stdout.write("".join(one if one.isprintable() else ascii(one)[1:-1] for one in line) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
