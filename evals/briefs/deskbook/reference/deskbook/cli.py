"""The command line that starts the service."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from deskbook.bookings import Bookings
from deskbook.service import booking_server

FILE = Path("deskbook.json")

_DESK = re.compile(r"[A-Za-z0-9]{1,10}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the service until it is stopped, and return its exit code."""
    parser = argparse.ArgumentParser(prog="deskbook", description="Books desks over HTTP.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--desks", required=True, help="names, separated by commas")
    options = parser.parse_args(arguments)
    try:
        desks = parse_desks(options.desks)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    with booking_server(Bookings(desks, FILE), options.port) as server:
        server.serve_forever()
    return 0


def parse_desks(text: str) -> list[str]:
    """Return the names of the desks, or raise ValueError if one is wrong or appears twice."""
    desks = text.split(",")
    for desk in desks:
        if not _DESK.fullmatch(desk):
            raise ValueError(f"a desk has 1 to 10 letters or digits: {desk!r}")
        if desks.count(desk) > 1:
            raise ValueError(f"a desk appears twice: {desk!r}")
    return desks
