"""The command line."""

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from shortlinks import rules
from shortlinks.service import redirect_server
from shortlinks.store import Store, TakenError

DATABASE = Path("shortlinks.db")
REFUSED = 2
TAKEN = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run(Store(DATABASE), options)
    except TakenError as error:
        return _refuse(error, TAKEN)
    except ValueError as error:
        return _refuse(error, REFUSED)
    return 0


def _refuse(error: Exception, code: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--today", metavar="DAY", help="take DAY as today instead of the clock's date in UTC")
    parser = argparse.ArgumentParser(prog="shortlinks", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Callable[[Store, argparse.Namespace], None]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[shared])
        added.set_defaults(run=run)
        return added

    shorten = command("shorten", _shorten)
    shorten.add_argument("address")
    shorten.add_argument("--name")
    shorten.add_argument("--last-day", metavar="DAY")
    command("counts", _counts).add_argument("link")
    command("export", _export)
    command("serve", _serve).add_argument("--port", type=int, required=True)
    return parser


def _shorten(store: Store, options: argparse.Namespace) -> None:
    name = None if options.name is None else rules.name(options.name)
    last_day = None if options.last_day is None else rules.day(options.last_day)
    print(f"/{store.shorten(rules.address(options.address), name, last_day)}")


def _counts(store: Store, options: argparse.Namespace) -> None:
    name = options.link.removeprefix("/")
    if store.find(name) is None:
        raise ValueError(f"unknown link: /{name}")
    for day, number in store.openings(name, _today(options)):
        print(day, number)


def _export(store: Store, options: argparse.Namespace) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["link", "address", "last_day", "openings"])
    for link, openings in store.links(_today(options)):
        writer.writerow([f"/{link.name}", link.address, link.last_day or "", openings])


def _serve(store: Store, options: argparse.Namespace) -> None:
    _today(options)  # an invalid day is refused before the service starts
    with redirect_server(store, options.port, lambda: _today(options)) as server:
        server.serve_forever()


def _today(options: argparse.Namespace) -> date:
    return datetime.now(UTC).date() if options.today is None else rules.day(options.today)
