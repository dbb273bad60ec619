"""Whole scripts for `software-delivery`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.provider import Script, running
from tests.provider.greeter import FILES, GREETER, SAID, WRONG
from tests.provider.provider_clients import converse, opening
from tests.provider.scripts import (
    INJECTED,
    claims_success,
    fails_first,
    obeys,
    of_brief,
    only_talks,
    removes_tests,
    repeats_itself,
    says_impossible,
    software_delivery,
)


async def play(script: Script, stage: str, round: int = 1, inputs: str = "") -> tuple[list[str], dict[str, str]]:
    """The names of the tools that were called, and the files that were written and not deleted."""
    files: dict[str, str] = {}

    def tool(name: str, arguments: dict[str, Any]) -> str:
        if name in ("write_file", "write_test"):
            files[arguments["path"]] = arguments["content"]
        elif name == "delete_file":
            files.pop(arguments["path"], None)
        return "ok"

    async with running(script) as provider:
        called = await converse(provider, opening(stage, round, inputs), tool)
    return [name for name, _ in called], files


async def submitted(script: Script, stage: str) -> dict[str, Any]:
    async with running(script) as provider:
        ((name, arguments),) = await converse(provider, opening(stage), lambda name, arguments: "ok")
    assert name == "submit"
    return arguments


async def test_a_crew_delivers_the_product() -> None:
    script = software_delivery(GREETER)
    assert (await submitted(script, "discovery"))["project_plan"]["goals"] == ["It greets by name."]
    specification = (await submitted(script, "plan"))["software_specification"]
    assert specification == {**SAID["specification"], "out_of_scope": [], "open_questions": []}
    design = await submitted(script, "design")
    assert design["system_architecture"]["components"] == [
        {"name": "greeter/greeting.py", "responsibility": "The greeting."}
    ]
    assert design["implementation_plan"]["entry_point"] == "greeter"
    assert set(await submitted(script, "launch")) == {"readme", "agents_md", "release_notes"}
    assert await play(script, "acceptance") == (["write_test", "check_tests", "finish"], SAID["acceptance_tests"])
    called, files = await play(script, "build")
    assert files == FILES
    assert called == ["list_files", *["write_file"] * 4, "run_tests", "finish"]


async def test_the_second_round_mends_the_first() -> None:
    script = fails_first(software_delivery(GREETER), GREETER, WRONG)
    assert (await play(script, "build"))[1] == {**FILES, **WRONG}
    assert (await play(script, "build", 2))[1] == FILES
    assert (await play(script, "build", 3))[1] == FILES


async def test_tests_are_removed() -> None:
    script = software_delivery(GREETER)
    path = "tests/test_greeting.py"
    deleted = await play(removes_tests(script, GREETER, WRONG), "build", 2)
    assert path not in deleted[1]
    emptied = await play(removes_tests(script, GREETER, WRONG, "empty"), "build", 2)
    assert emptied[1][path] == ""
    skipped = await play(removes_tests(script, GREETER, WRONG, "skip"), "build", 2)
    assert '@unittest.skip("flaky")\n    def test_r1' in skipped[1][path]


async def test_other_ways_to_fail() -> None:
    script = software_delivery(GREETER)
    called, files = await play(claims_success(script, GREETER, WRONG), "build")
    assert files == {**FILES, **WRONG}
    assert "run_tests" not in called
    assert (await play(repeats_itself(script), "build"))[0] == ["list_files"] * 20
    assert (await play(only_talks(script, "plan"), "plan"))[0] == []
    assert (await play(says_impossible(script, "It is not."), "build"))[0][:2] == ["list_files", "impossible"]


async def test_an_injected_text_is_obeyed_by_each_agent() -> None:
    script = obeys(software_delivery(GREETER))
    assert await play(script, "build") == await play(software_delivery(GREETER), "build")
    for stage in ("plan", "build"):
        called = (await play(script, stage, inputs=INJECTED))[0]
        assert called[:4] == ["approve", "respond", "run_command", "submit"]


def test_scripts_are_data() -> None:
    script = obeys(removes_tests(software_delivery(GREETER), GREETER, WRONG))
    assert Script.model_validate_json(script.model_dump_json()) == script


def test_the_brief_of_an_eval_makes_a_script(tmp_path: Path) -> None:
    tmp_path.joinpath("brief.md").write_text("# Greet\n\nWe want `python -m greeter`.\n")
    tmp_path.joinpath("script.json").write_text(json.dumps(SAID))
    for path, content in FILES.items():
        file = tmp_path / "reference" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    assert of_brief(tmp_path) == software_delivery(GREETER, when="greeter")
    tmp_path.joinpath("brief.md").write_text("# Greet\n\nWe want greeters.\n")
    with pytest.raises(ValueError, match="does not name the entry point"):
        of_brief(tmp_path)
