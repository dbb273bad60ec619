"""The OpenAPI document: every route has a summary, its responses with examples, and its problems."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest_asyncio
from jsonschema import Draft202012Validator

from models.contracts.enums import OPEN_TASK_STATUSES, HitlStatus, ProjectStatus, TaskStatus
from tests.api_client import Json

NO_SERVER = {
    "/health/",
    "/api/v1/auth/methods",
    "/api/v1/pipelines/",
    "/api/v1/pipelines/{name}",
    "/api/v1/agents/",
    "/api/v1/providers/",
}
"""Routes that need no server."""


@pytest_asyncio.fixture(scope="module")
async def document(http: httpx2.AsyncClient) -> Json:
    document: Json = (await http.get("/openapi.json")).json()
    return document


def calls(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            yield path, method, call


def valid(document: Json, schema: Json, example: object) -> None:
    Draft202012Validator(schema | {"components": document["components"]}).validate(example)


def test_the_document_has_every_route_of_the_design(document: Json) -> None:
    assert {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, method, _ in calls(document)} == {
        "GET /health/",
        "GET /health/detailed",
        "GET /health/ready",
        "POST /projects/",
        "GET /projects/",
        "GET /projects/{project_id}",
        "GET /projects/{project_id}/decisions",
        "GET /projects/{project_id}/status",
        "GET /projects/{project_id}/overview",
        "POST /projects/{project_id}/tasks",
        "POST /projects/{project_id}/pause",
        "POST /projects/{project_id}/resume",
        "POST /projects/{project_id}/cancel",
        "POST /projects/{project_id}/restart",
        "POST /projects/{project_id}/end",
        "GET /projects/{project_id}/retry",
        "POST /projects/{project_id}/retry",
        "PATCH /projects/{project_id}",
        "DELETE /projects/{project_id}",
        "GET /project-counts",
        "GET /ids",
        "POST /tasks/{task_id}/restart",
        "POST /tasks/{task_id}/end",
        "GET /workflows/problems",
        "GET /projects/{project_id}/artifacts",
        "POST /projects/{project_id}/artifacts",
        "GET /projects/{project_id}/events",
        "GET /projects/{project_id}/agents",
        "GET /projects/{project_id}/export",
        "POST /stops/",
        "GET /stops/",
        "GET /stops/{stop_id}",
        "POST /stops/{stop_id}/release",
        "GET /artifacts/{artifact_id}",
        "GET /artifacts/{artifact_id}/diff",
        "GET /artifacts/{artifact_id}/files",
        "GET /artifacts/{artifact_id}/content",
        "GET /tasks/{task_id}",
        "POST /hitl/{request_id}/respond",
        "GET /hitl/{request_id}",
        "GET /hitl/{request_id}/eligibility",
        "PATCH /hitl/{request_id}",
        "GET /projects/{project_id}/context",
        "POST /projects/{project_id}/context",
        "POST /projects/{project_id}/context/{context_id}/withdraw",
        "GET /hitl/project/{project_id}/requests",
        "GET /hitl/pending",
        "GET /pipelines/",
        "GET /pipelines/{name}",
        "GET /pipelines/{name}/estimate",
        "GET /agents/",
        "GET /providers/",
        "GET /tasks/{task_id}/transcript",
        "GET /tasks/{task_id}/recording",
        "GET /workflows/{project_id}",
        "GET /budgets",
        "GET /projects/{project_id}/budget",
        "PUT /projects/{project_id}/budget",
        "GET /projects/{project_id}/usage",
        "GET /projects/{project_id}/members",
        "GET /auth/groups",
        "POST /auth/groups",
        "DELETE /auth/groups",
        "DELETE /auth/groups/{group}",
        "PUT /auth/groups/{group}/members/{principal_id}",
        "DELETE /auth/groups/{group}/members/{principal_id}",
        "GET /projects/{project_id}/groups",
        "PUT /projects/{project_id}/groups/{group}",
        "DELETE /projects/{project_id}/groups/{group}",
        "PUT /projects/{project_id}/members/{principal_id}",
        "DELETE /projects/{project_id}/members/{principal_id}",
        "POST /auth/sign-in",
        "POST /auth/sign-out",
        "GET /auth/me",
        "GET /auth/sessions",
        "DELETE /auth/sessions/{session_id}",
        "GET /auth/tokens",
        "POST /auth/tokens",
        "DELETE /auth/tokens/{token_id}",
        "POST /auth/links",
        "POST /auth/tickets",
        "GET /auth/people",
        "POST /auth/people",
        "POST /auth/people/{principal_id}/links",
        "PATCH /auth/people/{principal_id}",
        "PUT /auth/people/{principal_id}/account",
        "GET /auth/events",
        "GET /auth/methods",
        "POST /auth/login",
        "PUT /auth/password",
    }


def test_every_route_has_a_summary_a_tag_and_a_unique_name(document: Json) -> None:
    names = []
    for path, method, call in calls(document):
        assert call["summary"], (path, method)
        assert call["tags"], (path, method)
        names.append(call["operationId"])
    assert len(names) == len(set(names))


def test_every_response_has_a_valid_example(document: Json) -> None:
    for path, method, call in calls(document):
        successes = [answer for status, answer in call["responses"].items() if status.startswith("2")]
        assert successes, (path, method)
        for answer in successes:
            for content in answer.get("content", {}).values():
                assert "example" in content, (path, method)
                valid(document, content.get("schema", {}), content["example"])


def test_every_body_has_valid_examples(document: Json) -> None:
    bodies = 0
    for path, method, call in calls(document):
        if "requestBody" not in call:
            continue
        schema = call["requestBody"]["content"]["application/json"]["schema"]
        shape = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        assert shape["examples"], (path, method)
        for example in shape["examples"]:
            valid(document, schema, example)
        bodies += 1
    assert bodies == 22


def test_every_route_declares_its_problems(document: Json) -> None:
    for path, method, call in calls(document):
        expected = set() if path.startswith("/health") or path in NO_SERVER else {"422", "503"}
        if "{" in path:
            expected |= {"404", "422"}
        if method in ("post", "put", "patch"):
            expected |= {"403"}
        if "requestBody" in call:
            expected |= {"413", "415"}
        assert expected <= call["responses"].keys(), (path, method)
        for status, answer in call["responses"].items():
            if status.startswith("4") or (status == "503" and not path.startswith("/health")):
                (media_type,) = answer["content"]
                assert media_type == "application/problem+json", (path, method, status)
                content = answer["content"][media_type]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, (path, method, status)
                valid(document, content["schema"], content["example"])
                assert content["example"]["status"] == int(status)


def test_there_is_one_problem_schema_and_no_schema_twice(document: Json) -> None:
    """For an unnamed schema, client generators create one class for each place that uses it."""
    schemas = document["components"]["schemas"]
    assert {"type", "title", "status", "code", "detail", "errors"} == schemas["Problem"]["properties"].keys()
    assert not {"HTTPValidationError", "ValidationError"} & schemas.keys()
    titles = [one["title"] for one in schemas.values()]
    assert len(titles) == len(set(titles))
    for path, method, call in calls(document):
        for status, answer in call["responses"].items():
            for content in answer.get("content", {}).values():
                assert "properties" not in content.get("schema", {}), (path, method, status)


def test_every_status_documents_which_values_are_final(document: Json) -> None:
    schemas = document["components"]["schemas"]
    settled = {one.value for one in ProjectStatus if one.is_final}
    for name, final in (
        ("ProjectStatus", settled),
        ("TaskStatus", {one.value for one in TaskStatus} - {one.value for one in OPEN_TASK_STATUSES}),
        ("HitlStatus", {one.value for one in HitlStatus} - {"pending"}),
        ("AgentStatus", set[str]()),
    ):
        lines = schemas[name]["description"].splitlines()
        told = {word for line in lines if ", final:" in line for word in re.findall("`([a-z_]+)`", line.split(":")[0])}
        named = {
            word for line in lines if line.startswith("- ") for word in re.findall("`([a-z_]+)`", line.split(":")[0])
        }
        assert (told, named) == (final, set(schemas[name]["enum"])), name


async def test_the_documentation_pages_need_no_network(http: httpx2.AsyncClient) -> None:
    for page in ("/docs", "/redoc"):
        answer = await http.get(page)
        assert answer.status_code == 200
        assert "cdn" not in answer.text
        for part in answer.text.split('"'):
            if part.startswith("/static-offline-docs/"):
                assert (await http.get(part)).status_code == 200
