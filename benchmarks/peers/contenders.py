"""Who runs the work: BotArmy through its API, and the peers' programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from benchmarks.by_hand.running import create_database
from benchmarks.feed import feeds
from benchmarks.peers.program import Program, started
from benchmarks.stack import BRIEF, Bench, deliver

PEERS = {
    "DBOS": "dbos_workflow",
    "LangGraph, Postgres saver": "langgraph_graph",
    "Celery on Valkey": "celery_chain",
    "workflow by hand on Temporal": "temporal_by_hand",
}
"""The programs, by the name in the table."""

OURS = "BotArmy"
SOCKETS = 4


@dataclass(frozen=True)
class Contender:
    """One that delivers projects; `number` chooses one of its connections."""

    name: str
    deliver: Callable[[int], Awaitable[object]]
    pids: Mapping[str, int]
    """Its own processes, without the servers that all share."""
    database: str
    """The address of its database."""


@asynccontextmanager
async def contenders(bench: Bench, python: Path, peers: Iterable[str]) -> AsyncIterator[list[Contender]]:
    """Start the peers beside the stack."""
    async with AsyncExitStack() as opened:
        sockets = await opened.enter_async_context(feeds(bench.url, SOCKETS))
        ours = Contender(
            OURS,
            lambda number: deliver(bench.client, sockets[number % SOCKETS], BRIEF),
            {name: bench.pids[name] for name in ("worker", "api")},
            bench.stack.state().database,
        )
        found = [ours]
        for name in peers:
            program, database = await program_of(bench, python, name, {})
            await opened.enter_async_context(started(program))
            found.append(Contender(name, _deliverer(program), {"program": program.pid}, database))
        yield found


async def program_of(bench: Bench, python: Path, name: str, more: Mapping[str, str]) -> tuple[Program, str]:
    """Return a peer's program with a new database, and that database's address."""
    state = bench.stack.state()
    database = await create_database(bench, f"peer_{uuid4().hex}")
    servers = {"DATABASE_URL": database, "REDIS_URL": state.redis, "TEMPORAL_ADDRESS": state.temporal}
    return Program(python, PEERS[name], {**servers, **more}), database


def _deliverer(program: Program) -> Callable[[int], Awaitable[object]]:
    return lambda number: program.deliver(str(uuid4()))
