"""`python -m pipelines FILE...`: says what is wrong with pipeline files, or that all is well."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.catalogue import SHIPPED, PipelineError, load_pipeline, pipeline_files


def main(names: list[str]) -> int:
    """Print a line for each problem, and for each file that has none; 1 where there is a problem."""
    well, seen = True, dict[str, Path]()
    for name in names:
        for path in _files(Path(name)):
            problems = _problems(path)
            if path.stem in seen:
                problems.append(f"{seen[path.stem]} has the same name")
            seen.setdefault(path.stem, path)
            well = well and not problems
            for problem in problems:
                _print(f"{path}: {problem}")
            if not problems:
                ours = (SHIPPED / path.name).exists() and (SHIPPED / path.name).resolve() != path.resolve()
                _print(f"{path}: well" + ("; it takes the place of the shipped one of its name" if ours else ""))
    return 0 if well else 1


def _files(path: Path) -> list[Path]:
    """The file itself, or those of a folder."""
    try:
        return pipeline_files(path) or [path] if path.is_dir() else [path]
    except OSError:
        return [path]  # of which it is told that it cannot be read


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
