"""Nothing that an agent or a person wrote runs in the page, and nothing of it, however large, breaks a view."""

from __future__ import annotations

import time
from uuid import UUID, uuid4

import httpx2
import pytest
from playwright.async_api import Page, expect

from models.contracts.handoff import Handoff
from models.contracts.names import BuiltInRole
from store import tasks
from store.transaction import Store
from tests.waiting import eventually
from tests.web.browsing import NewPage
from tests.web.scene import Director

pytestmark = pytest.mark.long

MARKUP = (
    "<script>globalThis.broken = 1</script>",
    "<img src=x onerror='globalThis.broken = 2'>",
    "<svg onload='globalThis.broken = 3'></svg>",
    "<iframe srcdoc='<script>parent.broken = 4</script>'></iframe>",
    "[a link](javascript:globalThis.broken=5)",
    "<a href='javascript:globalThis.broken=6'>a link</a>",
    "<style>main { display: none }</style>",
    "</textarea></title><script>globalThis.broken = 7</script>",
)
HOSTILE = "\n\n".join(MARKUP)
SECONDS = 20.0
"""What the largest things may take on a busy machine."""


async def unharmed(page: Page) -> None:
    """Nothing of it ran, and none of it became an element or a link that could."""
    for link in await page.get_by_role("link", name="a link").all():
        assert not str(await link.get_attribute("href")).startswith("javascript:")
        await link.click(no_wait_after=True)
    assert await page.evaluate("globalThis.broken ?? null") is None
    assert await page.locator("main script, main iframe, main style, main [onerror], main [onload]").count() == 0
    await expect(page.get_by_role("main")).to_be_visible()


async def in_sight(page: Page) -> None:
    """Scroll to the artifact, whose content is fetched when it is first seen: what loads above it may push it away."""
    await page.locator("artifact-view").evaluate("element => element.scrollIntoView()")


async def test_a_name(page: Page, director: Director) -> None:
    name = "Named " + "".join(MARKUP[:2])
    project_id = await director.start(name)
    request = await director.request(project_id, "discovery")
    for path in ("/", "/projects", f"/projects/{project_id}", f"/inbox?request={request['request_id']}"):
        await page.goto(path)
        await expect(page.get_by_role("main").get_by_text(name).first).to_be_visible()
        await unharmed(page)


async def test_a_name_that_hides_something(page: Page, director: Director) -> None:
    project_id = await director.start("Nothing \u202egpj.exe\u200f here")
    request = await director.request(project_id, "discovery")
    for path in ("/projects", f"/projects/{project_id}", f"/inbox?request={request['request_id']}"):
        await page.goto(path)
        shown = page.get_by_role("main").get_by_text("Nothing \u2039U+202E\u203agpj.exe\u2039U+200F\u203a here")
        await expect(shown.first).to_be_visible()
        assert not {"\u202e", "\u200f"} & set(await page.get_by_role("main").inner_text())


async def test_a_brief(page: Page, director: Director) -> None:
    project_id = await director.start("A hostile brief", HOSTILE)
    await director.request(project_id, "discovery")
    await page.goto(f"/projects/{project_id}")
    await page.get_by_role("listbox", name="Artifacts").get_by_role("option", name="brief, version 1").click()
    await in_sight(page)
    await expect(page.locator("artifact-view").get_by_text("globalThis.broken = 1").first).to_be_visible()
    await unharmed(page)


async def test_an_artifact_and_what_changed_in_it(page: Page, director: Director) -> None:
    project_id = await director.start("A hostile artifact", pipeline="software-delivery")
    await director.respond(project_id, "discovery", "amend", content=HOSTILE)
    await director.request(project_id, "plan")
    await page.goto(f"/projects/{project_id}")
    await page.get_by_role("listbox", name="Artifacts").get_by_role("option", name="Project plan, version 2").click()
    await in_sight(page)
    await expect(page.locator("artifact-view").get_by_text("globalThis.broken = 1").first).to_be_visible()
    await unharmed(page)
    await page.get_by_role("tab", name="Diff").click()
    await expect(page.locator("diff-view").get_by_text("globalThis.broken = 1").first).to_be_visible()
    await unharmed(page)


async def test_a_changed_line_that_hides_something(page: Page, director: Director) -> None:
    project_id = await director.start("A Trojan source", pipeline="software-delivery")
    source = "access = 'user\u202e \u2066// only for admins\u2069 \u2066'\nanother = 'مشروع'\n"
    await director.respond(project_id, "discovery", "amend", content=source, comment="As \u202egpj.exe")
    await director.request(project_id, "plan")
    await page.goto(f"/projects/{project_id}")
    await page.get_by_role("listbox", name="Artifacts").get_by_role("option", name="Project plan, version 2").click()
    await page.get_by_role("tab", name="Diff").click()
    rows = page.locator("diff-view .diff-line")
    shown = "access = 'user\u2039U+202E\u203a \u2039U+2066\u203a// only for admins"
    await expect(rows.filter(has_text=shown).first).to_be_visible()
    await expect(rows.filter(has_text="another = 'مشروع'").first).to_be_visible()
    await page.get_by_role("tab", name="Activity").click()
    await expect(page.locator("event-feed").get_by_text("As \u2039U+202E\u203agpj.exe").first).to_be_visible()
    assert not {"\u202e", "\u2066", "\u2069"} & set(await page.get_by_role("main").inner_text())


async def test_a_comment_and_a_responder(page: Page, director: Director) -> None:
    project_id = await director.start("A hostile comment")
    await director.respond(project_id, "discovery", "amend", comment=HOSTILE, responder=MARKUP[1])
    request = await director.request(project_id, "discovery", round=2)
    await page.goto(f"/inbox?request={request['request_id']}")
    await expect(
        page.get_by_role("article", name="Selected request").get_by_text("globalThis.broken = 1").first
    ).to_be_attached()
    await unharmed(page)
    await page.goto(f"/projects/{project_id}#tab=activity")
    await expect(page.locator("event-feed").get_by_text("globalThis.broken").first).to_be_visible()
    await expect(page.locator(".decision").get_by_text("globalThis.broken").first).to_be_visible()
    await unharmed(page)


async def test_a_draft_of_a_start(page: Page, worker: None) -> None:
    await page.goto("/?new")
    dialog = page.get_by_role("dialog", name="Start a project")
    await dialog.get_by_role("textbox", name="Brief").fill(f"# {HOSTILE}")
    await dialog.get_by_role("textbox", name="Name").fill(MARKUP[1])
    await unharmed(page)


@pytest.mark.parametrize("kind", ["prose", "one line", "code"])
async def test_an_artifact_of_a_megabyte(kind: str, page: Page, director: Director, http: httpx2.AsyncClient) -> None:
    project_id = await director.start("Large")
    await director.request(project_id, "discovery")
    content = {
        "prose": "# Title\n\nSome words, *and more* of them.\n\n" * 26_000,
        "one line": "x" * 1_000_000,
        "code": "```python\n" + "for each in range(10):  # count\n    print(each)\n" * 21_000 + "```\n",
    }[kind]
    answer = await http.post(
        f"/api/v1/projects/{project_id}/artifacts", json={"type": "user_input", "content": content}
    )
    assert answer.status_code == 201, answer.text
    began = time.monotonic()
    await page.goto(f"/projects/{project_id}#artifact={answer.json()['artifact_id']}")
    await in_sight(page)
    await expect(page.locator("artifact-view article")).to_be_visible()
    assert await page.evaluate("1 + 1") == 2
    assert time.monotonic() - began < SECONDS
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_diff_of_5_000_lines(page: Page, director: Director, http: httpx2.AsyncClient) -> None:
    project_id = await director.start("Much changed")
    await director.request(project_id, "discovery")
    path = f"/api/v1/projects/{project_id}/artifacts"
    for word in ("old", "new"):
        content = "".join(f"{word} line {number}\n" for number in range(2_500))
        answer = await http.post(path, json={"type": "user_input", "content": content, "media_type": "text/plain"})
        assert answer.status_code == 201, answer.text
    await page.goto(f"/projects/{project_id}#artifact={answer.json()['artifact_id']}")
    began = time.monotonic()
    await page.get_by_role("tab", name="Diff").click()
    await expect(page.locator("diff-view").get_by_text("new line 0", exact=False).first).to_be_visible()
    assert time.monotonic() - began < SECONDS
    await expect(page.locator("diff-view").get_by_text("new line 2499").first).to_be_attached()


async def test_a_project_of_500_tasks(page: Page, director: Director, store: Store) -> None:
    project_id = await director.start("Many tasks")
    await director.request(project_id, "discovery")
    for _ in range(500):
        task_id = uuid4()
        handoff = Handoff(to_agent=BuiltInRole.CODER, phase="task", instructions="Look.")
        async with store.transaction(UUID(project_id)) as tx:
            await tasks.submit(tx, task_id, f"nowhere-{task_id}", handoff)
    began = time.monotonic()
    await page.goto(f"/projects/{project_id}#tab=activity&events=all")
    await expect(page.locator("pipeline-graph svg").first).to_be_visible()
    await expect(page.locator("event-feed [data-seq]").first).to_be_visible()
    assert time.monotonic() - began < SECONDS
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    "name", ["W" * 255, "مشروع " * 42, "e\u0301" * 120, "👩‍👩‍👧‍👦" * 22], ids=["wide", "rtl", "marks", "families"]
)
@pytest.mark.parametrize("width", [360, 1280])
async def test_a_name_of_255_characters(name: str, width: int, new_page: NewPage, director: Director) -> None:
    project_id = await director.start(name.strip())
    request = await director.request(project_id, "discovery")
    page = await new_page(viewport={"width": width, "height": 800})
    for path in ("/projects", f"/projects/{project_id}", f"/inbox?request={request['request_id']}"):
        await page.goto(path)
        await expect(page.get_by_role("main").get_by_text(name.strip()[:20]).filter(visible=True).first).to_be_visible()

        async def fits() -> bool:
            return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

        await eventually(fits)
