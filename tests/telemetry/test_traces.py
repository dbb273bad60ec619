"""One trace from the request through workflow and step to the calls of models and tools."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
import pytest_asyncio
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv.schemas import Schemas

from cli.stack.embedded import Servers
from config.settings import Settings
from telemetry import genai
from tests.api_client import decide, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.provider import Provider, configured
from tests.provider.greeter import GREETER
from tests.provider.scripts import software_delivery
from tests.telemetry.tracing_under_test import Traced, tracing
from tests.waiting import eventually

PLANTED = "Zanzibar"
BRIEF = f"# Greeter\n\nA program that greets people from {PLANTED}.\n\n## Requirements\n\n- It greets.\n"
INCOMING = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module", params=[False, True], ids=["without content", "with content"])
def traced(request: pytest.FixtureRequest) -> Iterator[Traced]:
    with tracing(content=request.param) as traced:
        yield traced


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers, traced: Traced) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"model_prices": {MODEL: (1.0, 2.0)}})


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(software_delivery(GREETER), key=KEY) as provider:
        yield provider


@pytest.mark.usefixtures("worker")
async def test_a_project_is_one_trace(http: httpx2.AsyncClient, traced: Traced, request: pytest.FixtureRequest) -> None:
    content = "with content" in request.node.callspec.id
    traced.clear()
    http.headers["traceparent"] = f"00-{INCOMING}-b7ad6b7169203331-01"
    project = await start(http, description=BRIEF, model=MODEL, oversight="low")
    del http.headers["traceparent"]
    await wait_for_status(http, project, "completed", seconds=110)

    async def ended() -> bool:
        return bool(traced.named("CompleteWorkflow:ProjectWorkflow"))

    await eventually(ended)
    chats, tools = traced.named("chat "), traced.named("execute_tool ")
    assert len(chats) > 5
    assert {tool.name for tool in tools} >= {"execute_tool write_file", "execute_tool run_tests", "execute_tool finish"}
    for span in (*chats, *tools):
        agent, *outer = traced.ancestors(span)[1:]
        assert agent.startswith("invoke_agent ")
        assert outer == [
            "RunActivity:run_agent_step",
            "StartActivity:run_agent_step",
            "StartWorkflow:ProjectWorkflow",
            "POST /api/v1/projects/",
        ]
        assert span.context is not None
        assert f"{span.context.trace_id:032x}" == INCOMING
    steps = {span.parent.span_id for span in traced.named("RunActivity:run_agent_step") if span.parent}
    assert len(traced.named("StartActivity:run_agent_step")) == len(steps) == 7

    attributes = dict(chats[0].attributes or {})
    assert attributes[genai.OPERATION_NAME] == "chat"
    assert (attributes[genai.PROVIDER_NAME], attributes[genai.REQUEST_MODEL]) == ("openai", "scripted")
    assert all((span.attributes or {}).get(genai.USAGE_OUTPUT_TOKENS) for span in chats)
    assert sum((span.attributes or {})[genai.USAGE_INPUT_TOKENS] for span in chats) > 0  # type: ignore[misc]
    (agent_span, *_) = traced.named("invoke_agent coder")
    assert (agent_span.attributes or {})[genai.PROJECT_ID] == project
    (root,) = traced.named("POST /api/v1/projects/")
    assert (root.attributes or {})[genai.HTTP_STATUS] == 201

    texts = traced.texts
    assert KEY not in texts
    assert (PLANTED in texts) is content
    assert ("def " in texts) is content
    assert any(genai.INPUT_MESSAGES in (span.attributes or {}) for span in chats) is content
    known = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    used = {name for span in (*chats, *tools, agent_span) for name in span.attributes or {}}
    assert {name for name in used if name.startswith("gen_ai.")} <= known


@pytest.mark.usefixtures("worker")
async def test_a_response_is_linked_with_the_projects_trace(http: httpx2.AsyncClient, traced: Traced) -> None:
    traced.clear()
    project = await start(http)
    request = await wait_for_request(http, project)
    await decide(http, request, "reject", comment="No.")
    await wait_for_status(http, project, "rejected")

    async def handled() -> bool:
        return bool(traced.named("HandleSignal:respond"))

    await eventually(handled)
    (sent,), (handled_span,) = traced.named("SignalWorkflow:respond"), traced.named("HandleSignal:respond")
    assert [link.context.span_id for link in handled_span.links] == [sent.context.span_id if sent.context else 0]
    assert traced.ancestors(handled_span)[-1] == "POST /api/v1/projects/"
    assert traced.ancestors(sent)[-1] == "POST /api/v1/hitl/{request_id}/respond"
    assert not traced.named("GET /health")


def test_the_names_are_those_of_one_version() -> None:
    assert Schemas.V1_41_0.value == genai.SCHEMA_URL
    known = {value for value in vars(gen_ai_attributes).values() if isinstance(value, str)}
    ours = {value for value in vars(genai).values() if isinstance(value, str) and value.startswith("gen_ai.")}
    assert len(ours) > 15
    assert ours <= known
    operations = {each.value for each in gen_ai_attributes.GenAiOperationNameValues}
    assert {genai.CHAT, genai.EXECUTE_TOOL, genai.INVOKE_AGENT} <= operations
