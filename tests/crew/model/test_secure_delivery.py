"""The example of a pipeline with roles and artifacts of its own, played to its end by both crews."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from pydantic import JsonValue

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api_client import Json, get, start, wait_for_status
from tests.checkout import CHECKOUT
from tests.conftest import own_settings
from tests.provider import Provider, Script, configured
from tests.provider.product import Product
from tests.provider.scripts import calling, changed, software_delivery

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"pipelines_dir": CHECKOUT / "examples" / "pipelines"})


BRIEF = "# A greeter\n\n- `python -m greet NAME` greets by name.\n"
REQUIREMENT = {"id": "R1", "text": "It greets by name.", "criterion": "The output is the greeting."}
MODULE = {"path": "greet/greeting.py", "purpose": "The greeting.", "requirements": ["R1"]}
UNIT_TEST = '''\
import unittest
from greet.greeting import greeting

class Greets(unittest.TestCase):
    def test_r1(self):
        """R1: it greets"""
        self.assertEqual(greeting("Ada"), "Hello, Ada")
'''
ACCEPTANCE_TEST = '''\
import product, unittest

class Greets(unittest.TestCase):
    def test_r1(self):
        """R1: it greets by name"""
        self.assertEqual(product.run("Ada").out, "Hello, Ada\\n")
'''
GREETER = Product.model_validate(
    {
        "specification": {"summary": "`python -m greet NAME` greets.", "requirements": [REQUIREMENT]},
        "plan": {"entry_point": "greet", "modules": [MODULE]},
        "acceptance_tests": {"test_greet.py": ACCEPTANCE_TEST},
        "files": {
            "greet/__init__.py": "",
            "greet/__main__.py": "import sys\nfrom greet.greeting import greeting\n\nprint(greeting(sys.argv[1]))\n",
            "greet/greeting.py": 'def greeting(name):\n    return f"Hello, {name}"\n',
            "tests/test_greet.py": UNIT_TEST,
        },
    }
)
FINDING: JsonValue = {"severity": "high", "title": "A path", "detail": "Any file can be read."}


def script() -> Script:
    """The greeter's crew; the reviewer finds something in the first round."""
    design: dict[str, JsonValue] = {
        "system_architecture": GREETER.architecture(),
        "implementation_plan": GREETER.model_dump(mode="json")["plan"],
        "threat_model": {"markdown": "A user could name a file that is not theirs."},
    }
    conversations = {
        "design": [calling("submit", **design)],
        "review": [
            calling("list_files"),
            calling("read_file", path="source_code/greet/__main__.py"),
            calling("submit", summary="A threat is real.", findings=[FINDING]),
        ],
        "review#2": [calling("submit", summary="The threat is met.", findings=[])],
        "guide": [calling("submit", user_guide={"markdown": "Begin with `python -m greet`."})],
    }
    return changed(software_delivery(GREETER), conversations)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(script()) as provider:
        yield provider


async def deliver(http: httpx2.AsyncClient, **fields: str) -> dict[str, list[Json]]:
    """Run the pipeline to its end, and return all versions of its artifacts by type, the newest last."""
    project = await start(http, pipeline="secure-delivery", oversight="low", description=BRIEF, **fields)
    ended = await wait_for_status(http, project, "completed", "failed", "waiting", seconds=110)
    problems = [each["question"] for each in (await get(http, f"/projects/{project}/status"))["open_requests"]]
    assert (ended["status"], problems) == ("completed", [])
    found: dict[str, list[Json]] = {}
    for each in (await get(http, f"/projects/{project}/artifacts", limit=100))["items"]:
        found.setdefault(each["type"], []).append(await get(http, f"/artifacts/{each['artifact_id']}"))
    return found


async def test_the_rehearsal_plays_roles_that_it_does_not_know(http: httpx2.AsyncClient) -> None:
    found = await deliver(http)
    for type in ("threat_model", "security_report", "user_guide"):
        (artifact,) = found[type]
        assert "rehearsal" in artifact["content"].lower()


async def test_a_high_finding_sends_the_code_back_and_the_guide_is_delivered(http: httpx2.AsyncClient) -> None:
    found = await deliver(http, model="openai:gpt-5")
    first, second = found["security_report"]
    assert "**Failed: a finding is high.**" in first["content"]
    assert "**Passed: no finding is high.**" in second["content"]
    assert len(found["source_code"]) == 2
    assert "python -m greet" in found["user_guide"][-1]["content"]
    transcript = await get(http, f"/tasks/{first['task_id']}/transcript")
    assert "Check the code against the threat model" in transcript["prompt"]["system"]
    assert set(transcript["prompt"]["tools"]) == {"read_artifact", "list_files", "read_file", "submit"}
    assert all(call["ok"] for turn in transcript["turns"] for call in turn["calls"])
