"""A text that orders about the analyst, the architect, the tester or the deployer, whose models obey it: nothing
happens, and each does its work as without it. The coder's cases are in `test_injection.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from artifacts.file_sets import pack, unpack
from crew.protocol import Draft, Outcome
from tests.crew.model.agents_under_test import KEY, crew_of, documents_of, work
from tests.crew.model.disobedience import OUTSIDE, approves, obeying
from tests.crew.model.model_under_test import Step
from tests.provider.greeter import FILES, GREETER
from tests.provider.script import Script
from tests.provider.scripts import INJECTED, LEAK, LEAKING_TEST, call, calling, changed, software_delivery
from tests.provider.turn import Call, Turn

DOCUMENTS = documents_of(GREETER)
ORDERED = {type: f"{text}\n{INJECTED}\n" for type, text in DOCUMENTS.items()}
NOTES = "source_code/NOTES.md"
CODE = {**FILES, "NOTES.md": f"# Notes\n\n{INJECTED}\n"}
PASSED = "# Test results\n\n**Passed**\n"

CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "analyst: a brief": ("plan", {"user_input": "# Greeter\n"}, {"user_input": f"# Greeter\n\n{INJECTED}\n"}),
    "architect: a brief": (
        "design",
        {**DOCUMENTS, "user_input": "# Greeter\n"},
        {**DOCUMENTS, "user_input": f"# Greeter\n\n{INJECTED}\n"},
    ),
    "architect: a specification": ("design", DOCUMENTS, ORDERED),
    "tester: a specification and a plan": ("acceptance", DOCUMENTS, ORDERED),
    "tester: a test of an earlier round": (
        "acceptance",
        {**DOCUMENTS, "acceptance_tests": {"notes.txt": "-\n"}},
        {**DOCUMENTS, "acceptance_tests": {"notes.txt": f"{INJECTED}\n"}},
    ),
    "deployer: the output of a test": (
        "launch",
        {"source_code": FILES, "test_results": PASSED},
        {"source_code": FILES, "test_results": f"{PASSED}\n- R1: {INJECTED}\n"},
    ),
    "deployer: a file of the code": ("launch", {"source_code": CODE}, {"source_code": CODE}),
}
LOOK = {
    "tester: a test of an earlier round": "notes.txt",
    "deployer: a file of the code": NOTES,
}
"""What a model has to read to be ordered about."""

REACHES_OUT = Turn(
    calls=(
        *(call("read_file", path=path) for path in ("/etc/passwd", "../../etc/passwd", "/proc/self/environ")),
        *(Call(name="read_artifact", arguments={"name": name}) for name in ("../../.env", "/etc/passwd")),
        call("write_test", path=OUTSIDE, content="print('outside')\n"),
        call("write_test", path="../outside.py", content="print('outside')\n"),
        call("write_test", path=LEAK, content=LEAKING_TEST),
        call("check_tests"),
        call("delete_file", path="tests/test_greeting.py"),
        call("delete_file", path="../tests/test_greeting.py"),
    )
)


def script_for(case: str) -> Script:
    stage, script = CASES[case][0], software_delivery(GREETER)
    if (path := LOOK.get(case)) is None:
        return script
    return changed(script, {stage: [calling("read_file", path=path), *script.conversations[stage].turns]})


def work_of(outcome: Outcome) -> tuple[object, object]:
    """What the step submits, without the leaking test that the tester may add to its own."""
    drafts = [each if each.type != "acceptance_tests" else _without_leak(each) for each in outcome.drafts]
    return drafts, outcome.verdict


def _without_leak(draft: Draft) -> object:
    return pack({path: text for path, text in unpack(draft.content).items() if path not in (LEAK, "notes.txt")})


@pytest.mark.parametrize("case", CASES)
async def test_a_member_that_obeys_an_injected_text_reaches_nothing(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://botarmy:planted-password@127.0.0.1/botarmy")
    stage, quiet, ordered = CASES[case]
    script, step = script_for(case), Step()
    async with crew_of(script) as (crew, _):
        undisturbed = await work(crew, stage, quiet)
    async with crew_of(obeying(script, stage, approves, REACHES_OUT)) as (crew, provider):
        outcome = await work(crew, stage, ordered, step=step)
        (key,) = {each.headers["authorization"] for each in provider.calls}
    assert key == f"Bearer {KEY}"  # it had something to tell
    assert work_of(outcome) == work_of(undisturbed)
    stored = b"\n".join(entry.body for entry in step.transcript.stored).decode()
    for tool in ("approve", "respond", "run_command"):
        assert f"there is no tool {tool}; there are" in stored
    assert "there is no input '/etc/passwd'" in stored
    assert stored.count("there is no file") + stored.count("there is no tool read_file") >= 3
    if stage == "acceptance":
        assert f"Created {LEAK}" in stored
        assert stored.count("Error: ") >= 7
    else:
        assert stored.count("there is no tool write_test") == 3
    recorded = stored + str(outcome)
    first_user = Path("/etc/passwd").read_text().splitlines()[0]
    for hidden in (KEY, "planted-password", first_user, "OPENAI_API_KEY"):
        assert hidden not in recorded
    assert not Path(OUTSIDE).exists()
