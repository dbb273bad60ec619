"""A coder disputes an acceptance test, and a person has the tests written again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from crew.model.agents.run_report import failed_tests, report
from crew.model.agents.tester import WEAKENED
from sandbox import RunReport
from tests.api_client import decide, get, start, wait_for_request, wait_for_status
from tests.provider.app import Provider
from tests.provider.product import Product
from tests.provider.running import configured
from tests.provider.scripts import calling, changed, software_delivery, writing

BRIEF = Path(__file__).parents[3] / "evals" / "briefs" / "shortlinks"
PRODUCT = Product.of_brief(BRIEF)
WRONG = '''\
import product
import unittest


class Wrong(unittest.TestCase):
    def test_prefix(self):
        """R1: a link begins with go/"""
        self.assertEqual(product.run("shorten", "https://example.org/").out[:3], "go/")
'''
REASON = "A test of R1 wants a prefix, and the specification has none"

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    script = changed(
        software_delivery(PRODUCT),
        {
            "acceptance": [
                *writing("write_test", {**PRODUCT.acceptance_tests, "test_wrong.py": WRONG}),
                calling("finish", summary="Each requirement has a test."),
            ],
            "acceptance#2": [
                calling("list_files"),
                calling("read_file", path="test_wrong.py"),
                calling("delete_file", path="test_wrong.py"),
                calling("finish", summary="Links have no prefix."),
            ],
            "build#2": [calling("list_files"), calling("impossible", reason=REASON)],
        },
    )
    async with configured(script) as provider:
        yield provider


async def test_a_person_has_a_disputed_test_written_again(http: httpx2.AsyncClient, provider: Provider) -> None:
    brief = (BRIEF / "brief.md").read_text()
    project = await start(http, name="Short links", description=brief, model="openai:gpt-5", oversight="low")
    request = await wait_for_request(http, project, "build")
    question = request["question"]
    assert f"it reported that the task is impossible: {REASON}. Of the acceptance tests that it names" in question
    assert "these failed: R1: a link begins with go/." in question
    assert "send the work back to acceptance if its tests are wrong" in question
    shown = await get(http, f"/hitl/{request['request_id']}")
    assert shown["redo_stages"] == ["discovery", "plan", "design", "acceptance"]

    await decide(http, request, "amend", comment="Links have no prefix.", redo="acceptance")
    await wait_for_status(http, project, "completed")
    tasks = (await get(http, f"/projects/{project}/status"))["tasks"]
    done = {(one["stage"], one["round"]) for one in tasks if one["stage"] in ("acceptance", "build", "validate")}
    assert done == {(stage, round) for stage in ("acceptance", "build", "validate") for round in (1, 2)}
    verdicts = {one["round"]: one["verdict"] for one in tasks if one["stage"] == "validate"}
    assert verdicts == {1: "failed", 2: "passed"}
    _, report = (await get(http, f"/projects/{project}/artifacts", type="test_results"))["items"]
    said = f"> {WEAKENED} test_wrong.py:Wrong.test_prefix was removed."
    assert said in (await get(http, f"/artifacts/{report['artifact_id']}"))["content"]
    _, tests = (await get(http, f"/projects/{project}/artifacts", type="acceptance_tests"))["items"]
    files = (await get(http, f"/artifacts/{tests['artifact_id']}/files"))["items"]
    assert {each["path"] for each in files} == PRODUCT.acceptance_tests.keys()
    (code,) = (await get(http, f"/projects/{project}/artifacts", type="source_code"))["items"]
    assert code["accepted_at"] is not None


def test_the_failed_tests_of_a_report_are_named_by_what_they_are_about() -> None:
    tests = {"test_wrong.py": WRONG}
    name = "test_wrong.Wrong.test_prefix"
    run = RunReport(
        passed=False, counted=1, ran=1, failed=1, exit="code 1", stopped=None, output="", isolation=(), confined=True,
        outcomes=((name, "failed"),), details={name: "AssertionError: '/a: b' != 'go/'\n- R2: no test\n"},
    )  # fmt: skip
    text = report("Links", "- R1. It shortens.\n- R2. It counts.\n", run, run, tests, "links")
    assert failed_tests(text, REASON) == ["R1: a link begins with go/"]
    assert failed_tests(text, "R3, or R10") == []
    assert failed_tests("# Test results\n", REASON) == []
