"""What PostgreSQL cannot store, from a provider or an agent: nothing is retried forever, and what was paid is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from pydantic_ai.messages import ModelResponse
from pydantic_ai.usage import RequestUsage
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.permanent_errors import PermanentErrorInterceptor
from crew.model.incoming import MAX_COUNT, MAX_NAME, TOO_DEEP
from crew.protocol import AgentError, Assignment, Outcome, Step
from crew.transcript import Entry, EntryKind
from store import hitl
from store.transaction import Store
from tests.activities.first_step import a_step
from tests.activities.test_overlapping_attempts import conversing, run, written
from tests.activities.test_postgres_lost_in_a_call import asking
from tests.crew.model.model_under_test import Model, Tools, call, says
from tests.crew.model.test_wire_faults import no_garbage_for_others
from tests.provider import Call, Script, Turn, Usage, running
from tests.workflows.crew_under_test import Script as Crew
from tests.workflows.crew_under_test import raises

__all__ = ["no_garbage_for_others"]
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

BAD = "a\x00\ud800"
STORED = "a\ufffd\ufffd"


def nested(levels: int) -> dict[str, Any]:
    return {"deeper": nested(levels - 1)} if levels else {}


POISONS: dict[str, ModelResponse] = {
    "text": says(BAD, call("act", "1", word="a")),
    "arguments": says(call("act", "1", word=BAD)),
    "arguments as text": says(replace(call("act", "1"), args='{"word": "a\\u0000\\ud800"}')),
    "a name of an argument": says(call("act", "1", **{BAD: "a"})),
    "an id": says(call("act", BAD, word="a")),
    "a long id": says(call("act", "x" * 500_000, word="a")),
    "the name of a tool": says(call(BAD, "1", word="a")),
    "a long name of a tool": says(call("act" * 100_000, "1", word="a")),
    "deep arguments": says(call("act", "1", word=nested(500))),
    "many tokens": replace(says(call("act", "1", word="a")), usage=RequestUsage(input_tokens=2**70, output_tokens=1)),
    "negative tokens": replace(says(call("act", "1", word="a")), usage=RequestUsage(input_tokens=-5, output_tokens=1)),
    "details": replace(says(call("act", "1", word="a")), provider_details={BAD: [BAD], "finish_reason": BAD}),
}


@pytest.mark.parametrize("poison", POISONS)
async def test_a_response_is_stored_whatever_is_in_it_and_the_step_goes_on(store: Store, poison: str) -> None:
    model, tools, crew = Model([POISONS[poison], says(call("done", "2", text="all"))]), Tools(), Crew()
    crew.on("plan", conversing(model, tools))
    step = await a_step(store)
    assert (await run(store, crew, step)).artifacts
    assert len(model.asked) == 2
    _, entries = await written(store, step.task_id)
    assert [each.kind for each in entries] == [EntryKind.PROMPT, *(EntryKind.RESPONSE, EntryKind.TOOL_RESULT) * 2]
    assert all(each.discarded is None for each in entries)
    assert max(len(each.call_id or "") for each in entries) <= MAX_NAME
    if poison != "arguments as text":  # which contain it as an escape, in the text of a text
        assert not any(b"\\u0000" in each.body for each in entries)
    if poison.startswith("arguments"):
        assert tools.acts == [STORED]
    elif poison == "deep arguments":
        assert TOO_DEEP in entries[1].body.decode()
    else:
        assert tools.acts == ([] if "name of" in poison else ["a"])


@pytest.mark.filterwarnings("ignore:Failed to extract usage")
async def test_names_and_counts_of_a_provider_fit_their_columns(store: Store) -> None:
    turns = (
        Turn(calls=(Call(name="act", arguments={"word": "a"}),), usage=Usage(input=2**40, output=7)),
        Turn(calls=(Call(name="done", arguments={"text": "all"}),), usage=Usage(input=10, output=-7)),
    )
    crew = Crew()
    script = Script.model_validate({"conversations": {"build": turns}, "answers_as": "model\x00" + "m" * 1_000})
    step = await a_step(store, attempts=1)
    async with running(script) as provider:
        crew.on("plan", asking(provider, Tools()))
        assert (await run(store, crew, step)).artifacts
        assert provider.calls.total == 2
    _, entries = await written(store, step.task_id)
    responses = [each for each in entries if each.kind == EntryKind.RESPONSE]
    assert [(each.input_tokens, each.output_tokens) for each in responses] == [(MAX_COUNT, 7), (0, 0)]
    assert all(0.1 < each.cost_usd < 1 for each in responses)  # the most that each may have cost
    for each in responses:
        assert each.model is not None
        assert each.model.startswith("model\ufffdmmm")
        assert len(each.model) == MAX_NAME


def _adds_an_unstorable_entry() -> Callable[[Assignment, Step], Any]:
    async def turn(assignment: Assignment, step: Step) -> Outcome:
        await step.transcript.add(Entry(0, EntryKind.REMARK, "", b"{}", call_id="\x00"))
        raise AssertionError

    return turn


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (_adds_an_unstorable_entry(), "PostgreSQL cannot store what it wrote: PostgreSQL text fields cannot contain"),
        (raises(AgentError(f"it says {BAD}", retryable=False)), f"it says {STORED}"),
    ],
    ids=["an entry", "an error"],
)
async def test_a_person_is_asked_about_what_cannot_be_stored(
    store: Store, turn: Callable[[Assignment, Step], Any], said: str
) -> None:
    crew = Crew()
    crew.on("plan", turn)
    step = await a_step(store)
    assert (await run(store, crew, step)).request is not None
    task, _ = await written(store, step.task_id)
    assert (task.status, task.failures) == ("failed", 1)
    assert task.error is not None
    assert task.error.startswith(said)
    async with store.reading() as connection:
        (request,) = await hitl.find(connection, project_id=step.project_id)
    assert said in request.question


@pytest.mark.parametrize(
    "error", [psycopg.DataError("integer out of range"), UnicodeEncodeError("utf-8", "", 0, 1, "")]
)
async def test_any_other_activity_that_meets_such_a_value_is_not_retried(error: Exception) -> None:
    class Raising(ActivityInboundInterceptor):
        async def execute_activity(self, input: ExecuteActivityInput) -> Any:
            raise error

    guarded = PermanentErrorInterceptor().intercept_activity(Raising.__new__(Raising))
    given = ExecuteActivityInput(fn=lambda: None, args=(uuid4(),), executor=None, headers={})
    with pytest.raises(ApplicationError) as failure:
        await ActivityEnvironment().run(guarded.execute_activity, given)
    assert (failure.value.type, failure.value.non_retryable) == ("Unstorable", True)
