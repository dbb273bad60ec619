"""Transcripts over HTTP: whole, in pages, and what they say of a task's usage."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from api.shapes.transcript import MAX_PAGE_BYTES, positions_of
from config.settings import Settings
from store.transaction import Store
from tests.api_client import UNKNOWN_ID, V1, assert_problem, get, start
from tests.waiting import eventually
from tests.written_transcripts import ANSWERED_BY, MODEL, Writer

pytestmark = pytest.mark.usefixtures("worker")


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings) -> Settings:
    """The steps take longer than the tests: a worker that stops does not wait for them."""
    return settings.model_copy(update={"worker_drain_seconds": 0.5})


@pytest_asyncio.fixture
async def project_id(http: httpx2.AsyncClient) -> str:
    """A project whose only task works for a minute."""
    brief = "---\nrehearsal: {step_seconds: 60}\n---\n# Notes\n\n- Keep notes.\n"
    return await start(http, description=brief, pipeline="quick-start")


@pytest_asyncio.fixture
async def task_id(http: httpx2.AsyncClient, project_id: str) -> str:
    async def first() -> str | None:
        tasks = (await get(http, f"/projects/{project_id}/status"))["tasks"]
        return tasks[0]["task_id"] if tasks else None

    return await eventually(first)


@pytest.fixture
def writer(store: Store, task_id: str) -> Writer:
    return Writer(store, task_id)


async def test_a_task_that_asked_no_model_has_an_empty_transcript(http: httpx2.AsyncClient, task_id: str) -> None:
    transcript = await get(http, f"/tasks/{task_id}/transcript", limit=5)
    assert (transcript["prompt"], transcript["turns"], transcript["turn_count"]) == (None, [], 0)


async def test_a_conversation_is_shown_turn_by_turn(http: httpx2.AsyncClient, task_id: str, writer: Writer) -> None:
    await writer.prompt(task="Role: coder")
    await writer.turn(("a", "write_file", {"path": "x.py"}), ("b", "finish", "no JSON"), text="Now.", thinking="Hm.")
    await writer.result("a", "write_file", "Written.")
    await writer.result("b", "finish", "Error: no.", ok=False)
    await writer.turn(text="Done?")
    await writer.remark("Call a tool.")
    transcript = await get(http, f"/tasks/{task_id}/transcript")
    assert transcript["prompt"]["task"] == "Role: coder"
    first, second = transcript["turns"]
    assert (first["number"], first["text"], first["thinking"]) == (1, "Now.", "Hm.")
    assert [(each["tool"], each["arguments"], each["ok"]) for each in first["calls"]] == [
        ("write_file", {"path": "x.py"}, True),
        ("finish", "no JSON", False),
    ]
    assert (second["number"], second["calls"], second["remark"]) == (2, [], "Call a tool.")
    sums = {name: transcript[name] for name in ("turn_count", "input_tokens", "output_tokens")}
    assert sums == {"turn_count": 2, "input_tokens": 2000, "output_tokens": 200}
    assert (transcript["model_seconds"], transcript["tool_seconds"]) == (4.0, 1.0)


async def test_calls_with_one_id_keep_their_own_results(http: httpx2.AsyncClient, task_id: str, writer: Writer) -> None:
    await writer.turn(("c", "write_file", {"path": "a.py"}), ("c", "write_file", {"path": "b.py"}))
    await writer.result("c", "write_file", "Wrote a.py.")
    await writer.result("c", "write_file", "Error: b.py", ok=False)
    (turn,) = (await get(http, f"/tasks/{task_id}/transcript"))["turns"]
    shown = [(each["arguments"]["path"], each["result"], each["ok"]) for each in turn["calls"]]
    assert shown == [("a.py", "Wrote a.py.", True), ("b.py", "Error: b.py", False)]


async def test_what_was_paid_in_vain_is_shown_and_counted(
    http: httpx2.AsyncClient, task_id: str, writer: Writer
) -> None:
    await writer.prompt(task="An earlier task")
    await writer.turn(("a", "write_file", {"path": "x.py"}), cost_usd=0.25)
    await writer.result("a", "write_file", "Written.")
    await writer.discard(0, "A tool has changed.")
    await writer.prompt(task="Its task")
    await writer.failed_call("The server cannot be reached.", cost_usd=0.5)
    await writer.turn(("b", "write_file", {"path": "x.py"}), cost_usd=0.125)
    await writer.result("b", "write_file", "Written.")
    transcript = await get(http, f"/tasks/{task_id}/transcript")
    assert transcript["prompt"]["task"] == "Its task"
    assert [(each["number"], each["discarded"], each["asked_for"], each["model"]) for each in transcript["turns"]] == [
        (1, "A tool has changed.", MODEL, ANSWERED_BY),
        (2, "The server cannot be reached.", MODEL, None),
        (3, None, MODEL, ANSWERED_BY),
    ]
    assert [len(each["calls"]) for each in transcript["turns"]] == [1, 0, 1]
    sums = {name: transcript[name] for name in ("turn_count", "discarded_count", "input_tokens", "cost_usd")}
    assert sums == {"turn_count": 3, "discarded_count": 2, "input_tokens": 2000, "cost_usd": 0.875}
    first = await get(http, f"/tasks/{task_id}/transcript", limit=1)
    assert (first["prompt"]["task"], len(first["turns"])) == ("Its task", 1)
    usage = (await get(http, f"/tasks/{task_id}"))["usage"]
    assert (usage["input_tokens"], usage["cost_usd"], usage["asked_for"]) == (2000, 0.875, MODEL)
    recording = await get(http, f"/tasks/{task_id}/recording")
    assert [each["kind"] for each in recording["entries"]] == ["prompt", "response", "tool_result"]


async def test_each_model_that_a_task_asked_is_named(http: httpx2.AsyncClient, task_id: str, writer: Writer) -> None:
    await writer.prompt()
    assert (await get(http, f"/tasks/{task_id}"))["usage"] is None
    await writer.turn(asked_for="ollama:small", model="small")
    usage = (await get(http, f"/tasks/{task_id}"))["usage"]
    assert (usage["asked_for"], usage["model"]) == ("ollama:small", "small")  # the one of the prompt gave nothing
    await writer.turn()
    usage = (await get(http, f"/tasks/{task_id}"))["usage"]
    assert (usage["asked_for"], usage["model"]) == (f"ollama:small, {MODEL}", f"{ANSWERED_BY}, small")


async def test_pages_hold_the_turns_after_a_number_and_the_sums_of_all(
    http: httpx2.AsyncClient, task_id: str, writer: Writer
) -> None:
    await writer.prompt()
    for number in range(7):
        await writer.turn((f"call-{number}", "write_file", {"path": f"{number}.py"}))
        await writer.result(f"call-{number}", "write_file", f"Written {number}.")
    whole = await get(http, f"/tasks/{task_id}/transcript")
    read: list[dict[str, Any]] = []
    while len(read) < whole["turn_count"]:
        page = await get(http, f"/tasks/{task_id}/transcript", after=len(read), limit=3)
        assert {name: page[name] for name in page if name not in ("turns", "prompt")} == {
            name: whole[name] for name in page if name not in ("turns", "prompt")
        }
        assert (page["prompt"] is None) == bool(read)
        assert 1 <= len(page["turns"]) <= 3
        read += page["turns"]
    assert read == whole["turns"]
    assert (await get(http, f"/tasks/{task_id}/transcript", after=7, limit=3))["turns"] == []
    assert (await get(http, f"/tasks/{task_id}/transcript", after=2**31 - 1))["turns"] == []


def test_a_page_ends_early_if_its_turns_are_large() -> None:
    half = MAX_PAGE_BYTES // 2
    entries = [SimpleNamespace(kind="prompt", size=10)]
    for size in (half, half - 20, half, 3 * MAX_PAGE_BYTES, 5):
        entries += [SimpleNamespace(kind="response", size=size), SimpleNamespace(kind="tool_result", size=5)]
    outline: Any = entries
    assert positions_of(outline, 0, 10) == range(5)
    assert positions_of(outline, 2, 10) == range(5, 7)
    assert positions_of(outline, 3, 10) == range(7, 9)  # larger than a page, and yet returned
    assert positions_of(outline, 4, 10) == range(9, 11)
    assert positions_of(outline, 0, None) == range(11)
    assert positions_of(outline, 9, 10) == range(11, 11)
    assert positions_of(outline[:1], 0, 10) == range(1)


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=201", f"after={2**31}"])
async def test_an_invalid_page_is_refused(http: httpx2.AsyncClient, task_id: str, query: str) -> None:
    assert_problem(await http.get(f"{V1}/tasks/{task_id}/transcript?{query}"), 422, query.partition("=")[0])


async def test_the_transcript_of_an_unknown_task_is_not_found(http: httpx2.AsyncClient) -> None:
    assert_problem(await http.get(f"{V1}/tasks/{UNKNOWN_ID}/transcript"), 404, UNKNOWN_ID)


@pytest.mark.parametrize("depth", [99, 300, 1000, 100_000])
async def test_arguments_may_be_nested_as_deeply_as_a_model_likes(
    http: httpx2.AsyncClient, task_id: str, writer: Writer, depth: int
) -> None:
    arguments = '{"a":' * depth + "1" + "}" * depth
    await writer.turn(("a", "write_file", arguments))
    ((call,),) = [turn["calls"] for turn in (await get(http, f"/tasks/{task_id}/transcript"))["turns"]]
    assert call["arguments"] == (json.loads(arguments) if depth < 100 else arguments)


async def test_a_step_that_is_not_finished_shows_what_it_has_used(
    http: httpx2.AsyncClient, project_id: str, task_id: str, writer: Writer
) -> None:
    (task,) = (await get(http, f"/projects/{project_id}/status"))["tasks"]
    assert task["usage"] is None
    await writer.prompt()
    assert (await get(http, f"/tasks/{task_id}"))["usage"] is None  # nothing has been paid
    for _ in range(2):
        await writer.turn(cost_usd=0.25)
    (task,) = (await get(http, f"/projects/{project_id}/status"))["tasks"]
    assert task["usage"] == {
        "model": ANSWERED_BY,
        "input_tokens": 2000,
        "output_tokens": 200,
        "cost_usd": 0.5,
        "asked_for": MODEL,
        "prompt_version": None,
        "framework": None,
        "settings": None,
        "fallbacks": None,
    }
    assert (await get(http, f"/tasks/{task_id}"))["usage"] == task["usage"]
