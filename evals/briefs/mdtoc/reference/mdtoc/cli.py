"""The command line."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mdtoc.table import WrongPageError, with_table

OUT_OF_DATE, WRONG = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Treat all files, and return the exit code."""
    parser = argparse.ArgumentParser(prog="mdtoc", description=__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--depth", type=int, choices=range(1, 7), default=3)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a table is out of date")
    options = parser.parse_args(arguments)
    return max(_treat(file, options.depth, options.check) for file in options.files)


def _treat(file: str, depth: int, check: bool) -> int:
    path = Path(file)
    try:
        old = path.read_bytes().decode()
        new = with_table(old, depth)
        if new != old and not check:
            path.write_bytes(new.encode())
    except (OSError, UnicodeDecodeError, WrongPageError) as error:
        print(f"{file}: {error}", file=sys.stderr)
        return WRONG
    if check:
        print(f"{file}: {'up to date' if new == old else 'out of date'}")
        return 0 if new == old else OUT_OF_DATE
    print(f"{file}: {'unchanged' if new == old else 'updated'}")
    return 0
