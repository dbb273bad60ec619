"""The prompts: what is sent of them, and what their versions depend on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from artifacts.file_sets import pack
from artifacts.media_types import FILES as FILE_SET
from crew.model.prompt import prompt_for, system_prompt
from models.contracts.roles import BUILT_IN_ROLES
from tests.checkout import CHECKOUT
from tests.crew.rehearsal_under_test import artifact, assignment

FILES = sorted((CHECKOUT / "crew" / "model" / "prompts").glob("*.md"))
TASK = assignment("analyst", "plan", "software_specification", inputs=(artifact("user_input", "Build SECRETBIRD."),))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_reasons_in_a_prompt_are_not_sent(file: Path) -> None:
    assert "<!--" in file.read_text()
    sent = system_prompt(file.stem, BUILT_IN_ROLES["analyst"])
    assert "<!--" not in sent
    assert "-->" not in sent
    assert "\n\n\n" not in sent


def test_a_brief_is_in_the_task_and_not_in_the_system_prompt() -> None:
    prompt = prompt_for(TASK, "document")
    assert "SECRETBIRD" in prompt.task
    assert "SECRETBIRD" not in prompt.system


def test_the_version_changes_with_the_role_s_instructions_and_not_with_the_task() -> None:
    version = prompt_for(TASK, "document").version
    assert prompt_for(replace(TASK, round=2, feedback="Shorter."), "document").version == version
    stricter = TASK.role.model_copy(update={"instructions": "Be strict."})
    assert prompt_for(replace(TASK, role=stricter), "document").version != version
    assert version.startswith("document@")


def test_files_among_the_inputs_are_named_and_not_shown() -> None:
    code = artifact("source_code", pack({"shop/__main__.py": "print('hello')\n", "shop/till.py": ""}), FILE_SET)
    task = prompt_for(replace(TASK, inputs=(code,)), "deployer").task
    assert "shop/__main__.py\nshop/till.py\n</input>" in task
    assert "hello" not in task
