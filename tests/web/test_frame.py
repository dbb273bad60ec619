"""The frame of the page: its files, its content security policy, and navigation."""

from __future__ import annotations

import re

import httpx2
import pytest
from playwright.async_api import Page, expect

from api.page.bundles import closure, style_sheets
from api.page.documents import READ_FIRST
from api.page.files import FOLDER, current_snapshot
from tests.web.browsing import NewPage
from tests.web.scene import Director

PATHS = ["/", "/projects", "/inbox", "/system", "/projects/01890a5d-0000-7000-8000-000000000000"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_view_is_served_under_a_strict_policy(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "trusted-types botarmy" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def files() -> list[str]:
    return [file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*.*")]


def test_the_page_loads_nothing_from_other_origins() -> None:
    for file in files():
        text = (FOLDER / file).read_text()
        external = re.findall(r"""(?:src|href|from|import|url)\s*[=(]?\s*["'(]?(?:https?:)?//[^"')\s]+""", text)
        assert not external, (file, external)


async def test_browsers_cache_the_files_of_the_page_until_they_change(http: httpx2.AsyncClient) -> None:
    document = (await http.get("/inbox")).text
    addresses = re.findall(r'(?:href|src)="(/web/[^"]+)"', document)
    assert f"/web/{current_snapshot().version}/js/views-inbox.bundle.js" in addresses
    assert len(addresses) <= 8
    for address in addresses:
        answer = await http.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
    for path in ("js/main.js", "000000000000/js/main.js"):
        answer = await http.get(f"/web/{path}")
        assert answer.headers["cache-control"] == "no-cache"
        again = await http.get(f"/web/{path}", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    assert (await http.get("/web/nothing.js")).status_code == 404
    assert (await http.get("/web/%2e%2e/page.py")).status_code == 404


def test_every_import_and_every_style_sheet_exists() -> None:
    texts = current_snapshot().texts
    views = [file for file in files() if file.startswith("js/views/")]
    modules = closure(texts, "js/main.js", *views)
    assert set(modules) <= set(files())
    assert {f"css/{sheet}" for sheet in style_sheets(texts, modules)} <= set(files())
    for file in (FOLDER / "js").rglob("*.js"):  # dynamic imports
        for imported in re.findall(r'import\("([^"]+)"\)', file.read_text()):
            assert (file.parent / imported).exists(), (file, imported)


def test_only_one_module_creates_markup_from_text() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")
    for file in (file for file in files() if file.endswith(".js")):
        found = forbidden.findall((FOLDER / file).read_text())
        assert not found or file == "js/html.js", (file, found)


async def test_an_unknown_path_is_a_problem_document(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/projects/1/2/3")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_policy_blocks_inline_scripts(new_page: NewPage) -> None:
    page = await new_page(expected_errors=("Content Security Policy", "TrustedHTML", "TrustedScript"))
    await page.goto("/system")
    done = await page.evaluate(
        """async () => {
            globalThis.ran = [];
            const attempts = {
                handler: () => {
                    const image = document.createElement("img");
                    image.setAttribute("onerror", "ran.push('handler')");
                    image.src = "/web/none.png";
                    document.body.append(image);
                },
                script: () => {
                    const script = document.createElement("script");
                    script.append("ran.push('script')");
                    document.body.append(script);
                },
                markup: () => { document.body.innerHTML = "<p>ran</p>"; ran.push("markup"); },
                address: () => { location.href = "javascript:ran.push('address')"; },
            };
            for (const attempt of Object.values(attempts)) try { attempt(); } catch { /* blocked, as expected */ }
            await new Promise((done) => setTimeout(done, 200));
            return ran;
        }"""
    )
    assert done == []


async def test_navigation_by_links_keys_and_the_back_button(page: Page, worker: None) -> None:
    await page.goto("/")
    places = page.get_by_role("navigation", name="Places")
    await places.get_by_role("link", name="Inbox").click()
    await expect(page).to_have_url(re.compile("/inbox$"))
    await expect(places.get_by_role("link", name="Inbox")).to_have_attribute("aria-current", "page")
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await expect(page).to_have_url(re.compile("/system$"))
    await expect(page).to_have_title(re.compile("^System · BotArmy"))
    await page.go_back()
    await expect(page).to_have_url(re.compile("/inbox$"))
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_theme_is_remembered(page: Page) -> None:
    await page.goto("/system")
    await page.get_by_role("button", name="Colours: system").click()
    await page.get_by_role("button", name="Colours: light").click()
    await page.reload()
    await expect(page.get_by_role("button", name="Colours: dark")).to_be_visible()
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


async def test_programs_get_a_problem_document_and_browsers_a_page(http: httpx2.AsyncClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = await http.get("/nowhere", headers=browser)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for path, headers in (("/nowhere", {}), ("/api/v1/nowhere", browser)):
        answer = await http.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert (await http.post("/nowhere", headers=browser)).headers["content-type"] == "application/problem+json"


async def test_what_a_project_reads_first_is_requested_with_its_document_and_once(
    page: Page, http: httpx2.AsyncClient, worker: None
) -> None:
    director = Director(http)
    project_id = await director.start("Once")
    await director.request(project_id, "discovery")  # nothing changes any more, and nothing has to be read again
    overview = f"/api/v1/{READ_FIRST.format(project_id)}"
    assert "preload" not in (await http.get("/projects/%3E%3B%20rel=x")).text.replace("modulepreload", "")
    read: list[str] = []
    page.on("request", lambda request: read.append(request.url))
    await page.goto(f"/projects/{project_id}")
    await expect(page.get_by_role("heading", name="Once", level=1)).to_be_visible()
    await expect(page.get_by_role("listbox", name="Artifacts")).to_be_visible()
    document = await (await page.request.get(f"/projects/{project_id}")).text()
    assert f'<link rel="preload" as="fetch" crossorigin href="{overview}">' in document
    assert [url for url in read if url.endswith(overview)] == [f"{http.base_url}".rstrip("/") + overview]
    parts = ("", "/status", "/artifacts?limit=200", "/budget")
    assert not [url for url in read for part in parts if url.endswith(f"/projects/{project_id}{part}") and "api" in url]


async def test_the_overview_has_what_each_part_returns_and_all_name_the_head_that_they_were_read_after(
    http: httpx2.AsyncClient, worker: None
) -> None:
    project_id = await Director(http).start("Heads")
    await Director(http).request(project_id, "discovery")
    head = (await http.get(f"/api/v1/projects/{project_id}")).json()["head"]
    overview = (await http.get(f"/api/v1/{READ_FIRST.format(project_id)}")).json()
    parts = {
        "project": f"projects/{project_id}",
        "progress": f"projects/{project_id}/status",
        "artifacts": f"projects/{project_id}/artifacts?limit=200",
        "requests": f"hitl/project/{project_id}/requests?limit=200",
        "budget": f"projects/{project_id}/budget",
    }
    assert overview.keys() == parts.keys()
    for part, path in {**parts, "": READ_FIRST.format(project_id)}.items():
        answer = await http.get(f"/api/v1/{path}")
        assert answer.headers["x-project-head"] == str(head)
        assert answer.json() == (overview[part] if part else overview)
