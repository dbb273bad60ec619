"""A graph of LangGraph with five nodes and an interrupt, in the Postgres saver."""

from __future__ import annotations

import asyncio
import itertools
import operator
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from benchmarks.peers.programs.serve import serve
from benchmarks.peers.programs.work import APPROVED, STEPS, STEPS_BEFORE_GATE, write

CONNECTIONS = 20


class State(TypedDict):
    project: str
    documents: Annotated[list[str], operator.add]


def _node(number: int) -> Callable[[State], Awaitable[dict[str, Any]]]:
    async def node(state: State) -> dict[str, Any]:
        return {"documents": [await write(state["project"], number)]}

    return node


def _gate(state: State) -> dict[str, Any]:
    assert interrupt("Is this what you want?") == APPROVED
    return {}


def _graph() -> Any:
    graph = StateGraph(State)
    names = [f"step_{number}" for number in range(STEPS)]
    for number, name in enumerate(names):
        graph.add_node(name, _node(number))
    graph.add_node("gate", _gate)
    order = [START, *names[:STEPS_BEFORE_GATE], "gate", *names[STEPS_BEFORE_GATE:], END]
    for earlier, later in itertools.pairwise(order):
        graph.add_edge(earlier, later)
    return graph


class LangGraph:
    def __init__(self, graph: Any) -> None:
        self._graph = graph

    async def deliver(self, project: str, reached: str, reach: Callable[[str], None]) -> None:
        thread = {"configurable": {"thread_id": project}}
        state = await self._graph.aget_state(thread) if reached else None
        if state is None or not state.values:
            reach("started")  # nothing of it is stored yet; the caller has to remember it
            result = await self._graph.ainvoke({"project": project, "documents": []}, thread)
        elif state.next and not state.interrupts:
            result = await self._graph.ainvoke(None, thread)  # as its documentation resumes a thread that failed
        else:
            result = {**state.values, "__interrupt__": state.interrupts}
        if result.get("__interrupt__"):
            result = await self._graph.ainvoke(Command(resume=APPROVED), thread)
        assert len(result["documents"]) == STEPS, result["documents"]


@asynccontextmanager
async def opened() -> AsyncIterator[LangGraph]:
    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with AsyncConnectionPool(
        os.environ["DATABASE_URL"], min_size=4, max_size=CONNECTIONS, kwargs=options, open=False
    ) as pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        yield LangGraph(_graph().compile(checkpointer=saver))


if __name__ == "__main__":
    asyncio.run(serve(opened()))
