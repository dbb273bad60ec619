"""`python -m benchmarks.peers [PEER...] [--quick]`: run the same work in BotArmy and its peers, and print a table."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvloop

from benchmarks.peers import kill_runs, speed
from benchmarks.peers.contenders import OURS, PEERS, contenders
from benchmarks.peers.environment import InstallError, install
from benchmarks.peers.kill_runs import Paid
from benchmarks.peers.speed import Speed
from benchmarks.peers.storage import count_statements
from benchmarks.stack import isolate, running, say
from benchmarks.table import machine

KILLS = 20
HEADINGS = (
    *("", "projects/s, 100 at once", "p50 ms, one at a time", "CPU ms a project", "SQL statements a project"),
    *("KiB stored a project", "projects delivered", "calls paid twice", "projects lost"),
)


async def main(peers: Sequence[str], python: Path | None, *, quick: bool) -> None:
    """Measure these peers with an interpreter that has their packages, or one of their own."""
    python = python or await install()
    with tempfile.TemporaryDirectory(prefix="botarmy-peers-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        isolate(folder)
        async with running(folder / "stack", quick=quick) as bench:
            await count_statements(bench)
            say("measuring speed")
            async with contenders(bench, python, peers) as all_of_them:
                speeds = await speed.measure(bench, all_of_them)
            kills, paid = bench.count(KILLS, 2), dict[str, Paid]()
            for peer in peers:
                say(f"killing {peer}")
                paid[peer] = await kill_runs.of_peer(bench, python, peer, kills)
        say(f"killing {OURS}")
        paid[OURS] = await kill_runs.of_ours(bench, kills)
    _show(speeds, paid, kills)


def _show(speeds: dict[str, Speed], paid: dict[str, Paid], kills: int) -> None:
    this = machine().numbers
    print(f"{this['cores']:.0f} cores, load average before: {this['load average before']:.1f}; {kills} kills\n")
    print(f"| {' | '.join(HEADINGS)} |")
    print("|---|" + "---:|" * (len(HEADINGS) - 1))
    for name, each in speeds.items():
        kill = paid[name]
        cells = (
            *(name, f"{each.rate:.1f}", f"{each.p50_ms:.0f}", f"{each.cpu_ms:.0f}", f"{each.statements_each:.0f}"),
            *(f"{each.kib_each:.0f}", f"{kill.outcome.delivered}", f"{kill.made - kill.needed}"),
            f"{len(kill.outcome.lost)}",
        )
        print(f"| {' | '.join(cells)} |")
    for name, kill in paid.items():
        for why in sorted(set(kill.outcome.lost)):
            print(f"\n{name}: {why}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    programs = ", ".join(PEERS.values())
    parser.add_argument("programs", nargs="*", metavar="PEER", help=f"only these: {programs}")
    parser.add_argument("--quick", action="store_true", help="small counts, only to check that everything works")
    parser.add_argument("--python", type=Path, help="an interpreter that has their packages; by default, one is set up")
    options = parser.parse_args()
    if unknown := set(options.programs) - set(PEERS.values()):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    options = arguments()
    chosen = [name for name, program in PEERS.items() if program in (options.programs or PEERS.values())]
    try:
        uvloop.run(main(chosen, options.python, quick=options.quick))
    except InstallError as error:
        sys.exit(str(error))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
