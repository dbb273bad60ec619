"""The model crew changes a program in JavaScript: the same stages, another toolchain."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from artifacts.file_sets import pack
from cli.stack.embedded import Servers
from config.settings import Settings
from crew.model import prompt as prompts
from crew.model.agents.coder import WEAKENED, Coder
from crew.model.outputs import submission_schema
from crew.model.requirement_coverage import uncovered
from crew.model.tool import ToolError
from crew.model.toolchains import entry_point, planned_entry, toolchain_of
from crew.model.workspace import Workspace
from models.contracts.names import BuiltInArtifact
from sandbox.toolchain import python, toolchains
from tests.api_client import V1, get, start, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.model_under_test import Model, Step, call, says
from tests.crew.model.test_existing_code import assignment, given, returned, services
from tests.provider.app import KEY, Provider
from tests.provider.product import Product
from tests.provider.running import running
from tests.provider.scripts import software_delivery

GIVEN = {
    "package.json": '{"name": "adder", "type": "module"}\n',
    "src/adder.js": "console.log('0');\n",
}
FILES = {
    "src/adder.js": (
        "import { sum } from './sum.js';\n\nconsole.log(String(sum(process.argv.slice(2).map(Number))));\n"
    ),
    "src/sum.js": "export const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);\n",
    "tests/sum.test.js": (
        "import test from 'node:test';\nimport assert from 'node:assert/strict';\n"
        "import { sum } from '../src/sum.js';\n\n"
        "test('R1: numbers are added', () => assert.equal(sum([1, 2]), 3));\n"
    ),
}
PRODUCT = Product.model_validate(
    {
        "specification": {
            "summary": "adder, a command that adds numbers",
            "requirements": [{"id": "R1", "text": "adder prints the sum of its words", "criterion": "1 2 prints 3"}],
        },
        "plan": {
            "entry_point": "src/adder.js",
            "modules": [{"path": "src/sum.js", "purpose": "adds", "requirements": ["R1"]}],
        },
        "acceptance_tests": {
            "test_sum.py": (
                "import product, unittest\n\n\nclass Sum(unittest.TestCase):\n"
                '    def test_sum(self):\n        """R1: the sum of the arguments"""\n'
                "        self.assertEqual(product.run('1', '2').out, '3\\n')\n"
            )
        },
        "files": FILES,
    }
)
NODE = toolchains()["node"]

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def test_the_plan_decides_and_without_one_the_code_does() -> None:
    code = given(GIVEN)
    assert toolchain_of(assignment("analyst", BuiltInArtifact.PROJECT_PLAN, inputs=(code,))) == NODE
    assert toolchain_of(assignment("analyst", BuiltInArtifact.PROJECT_PLAN, inputs=())) == python()
    assert planned_entry("Entry point: `src/cli.js`\n", NODE) == "src/cli.js"
    assert planned_entry("Entry point: `src/cli.js`\n", python()) is None
    assert planned_entry("Entry point: shop.main (the command)\n", python()) == "shop.main"
    assert planned_entry("Entry point: `shop`\n", NODE) is None
    assert entry_point(None, {"shop/__main__.py": ""}, python()) == "shop"
    assert entry_point(None, {"shop/__main__.py": ""}, NODE) is None


def test_the_prompt_and_the_form_of_the_plan_follow_the_toolchain() -> None:
    task = assignment("architect", BuiltInArtifact.IMPLEMENTATION_PLAN, inputs=(given(GIVEN),))
    prompt = prompts.prompt_for(task, "document")
    assert "# JavaScript" in prompt.system
    assert prompt.version.startswith("document+source+node@")
    form = submission_schema((BuiltInArtifact.IMPLEMENTATION_PLAN,), NODE)
    modules = [{"path": "src/a.js", "purpose": "all"}]
    form.model_validate({"implementation_plan": {"entry_point": "src/a.js", "modules": modules}})
    with pytest.raises(ValueError, match="entry_point"):
        form.model_validate({"implementation_plan": {"entry_point": "shop", "modules": modules}})


def test_what_may_be_imported_and_which_requirements_are_covered() -> None:
    workspace = Workspace({"old.js": "require('express');\n"}, toolchain=NODE)
    with pytest.raises(ToolError, match="imports express, which is not available; node:"):
        workspace.write("a.js", "import express from 'express';\n")
    workspace.write("old.js", "const express = require('express');\n")
    workspace.write("a.js", "import fs from 'node:fs';\nimport './b.js';\n")
    assert uncovered(["R1", "R2"], FILES) == ["R2"]


@needs_node
async def test_the_coder_reads_why_a_test_fails_and_weakened_tests_are_named() -> None:
    wrong = FILES["src/sum.js"].replace("+ each", "- each")
    skipped = FILES["tests/sum.test.js"].replace("test('R1", "test.skip('R1")
    model = Model(
        [
            says(call("write_file", path="src/sum.js", content=wrong)),
            says(call("run_tests")),
            says(call("write_file", path="src/sum.js", content=FILES["src/sum.js"])),
            says(call("write_file", path="tests/sum.test.js", content=skipped)),
            says(call("finish", summary="Skipped.")),
            says(call("write_file", path="tests/sum.test.js", content=FILES["tests/sum.test.js"])),
            says(call("write_file", path="tests/old.test.js", content="")),
            says(call("delete_file", path="tests/old.test.js")),
            says(call("finish", summary="Done.")),
        ]
    )
    old = {"tests/old.test.js": "import test from 'node:test';\ntest('R9: old', () => {});\n"}
    inputs = (given({**GIVEN, **FILES, **old}),)
    outcome = await Coder(services(model)).run(assignment("coder", BuiltInArtifact.SOURCE_CODE, inputs=inputs), Step())
    texts = returned(model.asked[-1])
    assert "Failed: 2 of 2 tests ran, 1 failed." in texts[1]
    assert "- R1: numbers are added: failed" in texts[1]
    assert "the tests do not pass" in texts[4]
    assert outcome.note == f"{WEAKENED} tests/old.test.js:R9: old was removed. Done."


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings


@pytest_asyncio.fixture(scope="module")
async def provider() -> AsyncIterator[Provider]:
    async with running(software_delivery(PRODUCT)) as provider:
        yield provider


@pytest.fixture(scope="module")
def environment(provider: Provider) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", provider.openai_url)
        patch.setenv("OPENAI_API_KEY", KEY)
        yield


@needs_node
@pytest.mark.usefixtures("environment", "worker")
async def test_a_program_in_javascript_is_changed_tested_and_delivered(
    http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project = await start(
        http,
        name="Adder",
        description="# Adder\n\n- adder prints the sum of its arguments.\n",
        source={"content": pack(GIVEN).decode()},
        model="openai:gpt-5",
        oversight="low",
    )
    ended = await wait_for_status(http, project, "completed", "failed", "waiting", seconds=110)
    problems = [each["question"] for each in (await get(http, f"/projects/{project}/status"))["open_requests"]]
    assert (ended["status"], problems) == ("completed", [])
    (report,) = (await get(http, f"/projects/{project}/artifacts", type="test_results"))["items"]
    assert "| R1 | passed |" in (await get(http, f"/artifacts/{report['artifact_id']}"))["content"]
    (package,) = (await get(http, f"/projects/{project}/artifacts", type="deployment_package"))["items"]
    content = (await http.get(f"{V1}/artifacts/{package['artifact_id']}/content")).content
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    ran = subprocess.run(["node", "src/adder.js", "4", "5"], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.stdout == "9\n", ran
