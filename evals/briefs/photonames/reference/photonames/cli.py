"""The command line."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from photonames.folder import CollisionError, Folder
from photonames.plan import MAX_START, Renames, checked_prefix, plan

BAD_INPUT = 2
COLLISION = 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        options = _parser().parse_args(arguments)
        folder = Folder(Path(options.folder))
        if options.undo:
            _report(folder.undo(), "renamed back")
        else:
            _rename(folder, options)
    except ValueError as error:
        return _refuse(error, BAD_INPUT)
    except CollisionError as error:
        return _refuse(error, COLLISION)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="photonames", description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("prefix", nargs="?")
    parser.add_argument("--start", type=int, default=1)
    parser.add_argument("--apply", action="store_true")
    parser.add_argument("--undo", action="store_true")
    return parser


def _rename(folder: Folder, options: argparse.Namespace) -> None:
    if options.prefix is None:
        raise ValueError("a prefix or --undo is needed")
    if not 0 <= options.start <= MAX_START:
        raise ValueError(f"--start takes a whole number from 0 to {MAX_START}")
    planned = plan(folder.photos(), checked_prefix(options.prefix), options.start)
    folder.check(planned)
    renames = [(old, new) for old, new in planned if old != new]
    if options.apply:
        folder.apply(renames)
    _report(renames, "renamed" if options.apply else "to rename")


def _report(renames: Renames, done: str) -> None:
    for old, new in renames:
        print(f"{old} -> {new}")
    print(f"{len(renames)} {'photo' if len(renames) == 1 else 'photos'} {done}.")


def _refuse(error: Exception, code: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return code
