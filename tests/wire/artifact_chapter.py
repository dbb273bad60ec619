"""The chapter of artifacts."""

from __future__ import annotations

import base64
import io
import zipfile

from tests.api_client import BRIEF
from tests.api_client import UNKNOWN_ID as NOBODY
from tests.waiting import eventually
from tests.wire.steps import start, wait_for_request, wait_until_over
from tests.wire.transcript import V1, Transcript


async def artifacts(t: Transcript) -> None:
    """What a person adds, in every view, and a task that is given it."""
    project_id = await start(t, "Wire artifacts", BRIEF)
    await wait_for_request(t, project_id, "discovery")
    to = f"/projects/{project_id}/artifacts"
    rules = {"type": "user_input", "name": "house rules", "content": "# House rules\n\n- No cookies.\n- No pop-ups.\n"}
    first = await t.post(to, json=rules, headers={"Idempotency-Key": "wire artifacts"})
    await t.post(to, json=rules, headers={"Idempotency-Key": "wire artifacts"})
    second = await t.post(to, json=rules | {"content": "# House rules\n\n- One cookie.\n- No pop-ups.\n"})
    packed = {"name": "sources", "media_type": "application/zip", "encoding": "base64", "type": "source_code"}
    archive = await t.post(to, json=packed | {"content": _zip("app/main.py", "README.md")})
    await t.post(to, json=packed | {"content": _zip("../escape.py")})
    await t.post(to, json=packed | {"content": "This is not Base64!"})
    await t.post(to, json=rules | {"colour": "red"})
    await t.get(to, type="user_input")
    one = f"/artifacts/{second['artifact_id']}"
    await t.get(one)
    await t.call("GET", V1 + one, headers={"If-None-Match": f'"{second["content_hash"]}"'})
    await t.call("GET", V1 + one, headers={"Accept": "text/html"})
    await t.get(f"{one}/content")
    await t.get(f"{one}/diff")
    await t.get(f"{one}/diff", against=first["artifact_id"])
    await t.get(f"/artifacts/{first['artifact_id']}/diff")
    await t.get(f"{one}/files")
    await t.get(f"/artifacts/{archive['artifact_id']}/files")
    await t.get(f"/artifacts/{archive['artifact_id']}/content", file="app/main.py")
    await t.get(f"/artifacts/{archive['artifact_id']}/content", file="no/such/file")
    await t.get(f"/artifacts/{archive['artifact_id']}/diff", against=first["artifact_id"])
    await t.post(f"/projects/{project_id}/context", json={"artifact_id": second["artifact_id"], "given_by": "Ada"})
    await t.post(f"/projects/{project_id}/context", json={"artifact_id": second["artifact_id"]})
    await t.post(f"/projects/{project_id}/context", json={"artifact_id": archive["artifact_id"]})
    await t.post(f"/projects/{project_id}/context", json={"artifact_id": NOBODY})
    await t.get(f"/projects/{project_id}/context")
    await t.post(f"/projects/{project_id}/context/{NOBODY}/withdraw", json={"withdrawn_by": "Ada"})
    given = {"agent_type": "analyst", "instructions": "List the risks.", "context_ids": [second["artifact_id"]]}
    task_id = (await t.post(f"/projects/{project_id}/tasks", json=given))["task_id"]

    async def done() -> bool:
        answer = await t.http.get(f"{V1}/tasks/{task_id}")
        return bool(answer.json()["status"] == "completed")

    await eventually(done)
    await t.get(f"/tasks/{task_id}")
    await t.post(f"/projects/{project_id}/tasks", json=given | {"context_ids": [NOBODY]})
    await t.post(f"/projects/{project_id}/tasks", json=given | {"colour": "red"})
    await t.get(f"/projects/{project_id}/events", limit=200)
    await t.post(f"/projects/{project_id}/cancel")
    await wait_until_over(t, project_id, "cancelled")


def _zip(*paths: str) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in paths:
            archive.writestr(zipfile.ZipInfo(path), "print('hello')\n")
    return base64.b64encode(packed.getvalue()).decode()
