"""docs/agents.md says what the crew does: its tools, its limits, and a provider that works when it is installed."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from artifacts.file_sets import pack
from artifacts.media_types import FILES
from config.settings import Settings
from crew import providers
from crew.model.agents import coder, deployer, document, reviewer, tester
from crew.model.agents.services import AgentServices, ModelAgent
from crew.model.clients import ModelClients
from crew.model.limits import limits_of
from crew.model.tool import Tool
from crew.protocol import AgentError, Outcome
from crew.providers import InstalledCrews
from models.contracts.names import BuiltInRole
from models.contracts.roles import BUILT_IN_ROLES, Role, Writes
from sandbox import Sandbox
from tests.api_client import get, start, wait_for_status
from tests.conftest import own_settings
from tests.crew.rehearsal_under_test import RecordingStep, artifact, assignment
from tests.docs.pages import block, code, read, rows, section

PAGE = read("docs/agents.md")
CODE = artifact("source_code", pack({"shop.py": ""}), FILES)
SERVICES = AgentServices(ModelClients(Settings(_env_file=None)), Sandbox(), None)

WORK: dict[str, tuple[ModuleType, ModelAgent, str]] = {
    "documents": (document, document.DocumentWriter(SERVICES), "user_guide"),
    "reports": (reviewer, reviewer.Reviewer(SERVICES), "security_report"),
    "source code": (coder, coder.Coder(SERVICES), "source_code"),
    "acceptance tests": (tester, tester.AcceptanceTester(SERVICES), "acceptance_tests"),
    "package": (deployer, deployer.Deployer(SERVICES), "deployment_package"),
}


class OfferedError(Exception):
    """Carries the tools that an agent offers a model."""


async def offer(*arguments: Any, **fill: str) -> None:
    raise OfferedError(arguments[4])


@pytest.mark.parametrize("work", WORK)
async def test_the_tools_are_those_of_the_code(work: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, agent, output = WORK[work]
    monkeypatch.setattr(module, "run_conversation", offer)
    with pytest.raises(OfferedError) as offered:
        await agent.run(assignment("analyst", "work", output, inputs=(CODE,)), RecordingStep())
    tools: Sequence[Tool] = offered.value.args[0]
    (row,) = [row for row in rows(section(PAGE, "Tools")) if row[0] == work]
    assert code(row[1]) == [tool.name for tool in tools if not tool.ends]
    assert code(row[2]) == [tool.name for tool in tools if tool.ends]


def test_the_limits_are_those_of_the_code() -> None:
    documented = {row[0]: [float(cell.replace(",", "")) for cell in row[1:]] for row in rows(section(PAGE, "Limits"))}
    limits = {writes: limits_of(Role(name="anyone", writes=writes)) for writes in Writes}
    assert documented == {
        writes: [found.turns, found.tool_calls, found.output_tokens, found.cost_usd] for writes, found in limits.items()
    }


PROVIDER = block("docs/agents.md", "python botarmy_program.py")
PROJECT = tomllib.loads(block("docs/agents.md", "toml pyproject.toml"))["project"]
GROUP = PROJECT["entry-points"]
PROGRAM = "import json, sys; task = json.load(sys.stdin); print(f\"# {task['write']} by {task['role']}\")"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The page's provider as pip installs it: its module, and its metadata with the entry point."""
    site = tmp_path_factory.mktemp("site")
    (site / "botarmy_program.py").write_text(PROVIDER)
    metadata = site / f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Name: {PROJECT['name']}\nVersion: {PROJECT['version']}\n")
    lines = [f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in GROUP[group].items()) for group in GROUP]
    (metadata / "entry_points.txt").write_text("".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        patch.setenv("AGENT_PROGRAM", shlex.join([sys.executable, "-c", PROGRAM]))
        providers.providers.cache_clear()
        yield
    providers.providers.cache_clear()
    sys.modules.pop("botarmy_program", None)


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("pipelines")
    (folder / "documents.yaml").write_text(
        "stages:\n"
        "  - {name: plan, agent: analyst, produces: [project_plan]}\n"
        "  - {name: design, agent: architect, consumes: [project_plan], produces: [system_architecture]}\n"
    )
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"pipelines_dir": folder})


async def run_step() -> Outcome:
    crews = InstalledCrews(Settings(_env_file=None))
    agent = await crews.agent("program", BUILT_IN_ROLES[BuiltInRole.ANALYST])
    outcome = await agent.run(assignment("analyst", "plan", "project_plan"), RecordingStep())
    await crews.close()
    return outcome


@pytest.mark.usefixtures("installed")
async def test_the_provider_writes_what_its_program_prints() -> None:
    (draft,) = (await run_step()).drafts
    assert (draft.type, draft.content) == ("project_plan", b"# project_plan by analyst\n")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("program", "said"), [("", "Set AGENT_PROGRAM"), ("sh -c 'echo no paper >&2; exit 3'", "ended with 3: no paper")]
)
async def test_the_provider_says_what_is_wrong(program: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_PROGRAM", program)
    with pytest.raises(AgentError, match=said):
        await run_step()


@pytest.mark.usefixtures("installed", "worker")
async def test_the_provider_plays_a_project(http: httpx2.AsyncClient) -> None:
    assert "program" in [each["name"] for each in (await get(http, "/providers/"))["items"]]
    project = await start(http, crew="program", pipeline="documents")
    await wait_for_status(http, project, "completed")
    written = (await get(http, f"/projects/{project}/artifacts"))["items"]
    assert [each["type"] for each in written] == ["user_input", "project_plan", "system_architecture"]


def test_the_provider_is_short() -> None:
    lines = [line for line in PROVIDER.splitlines() if line.strip()]
    assert len(lines) <= 45


def test_every_cause_names_what_happens_next() -> None:
    happens = [row[1] for row in rows(section(PAGE, "When a step fails"))]
    known = r"asks a person at once|fails the attempt|no attempt is counted"
    assert [each for each in happens if not re.search(known, each)] == []
