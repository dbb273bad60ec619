"""The frame: what is served, under which policy, and how one moves about."""

from __future__ import annotations

import re

import httpx2
import pytest
from api.edition import FILES, edition
from playwright.async_api import Page, expect

from api.page import imported, styles
from tests.web.browsing import NewPage

PATHS = ["/", "/inbox", "/system", "/projects/01890a5d-0000-7000-8000-000000000000"]


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
    return [file.relative_to(FILES).as_posix() for file in FILES.rglob("*.*")]


def test_nothing_that_the_page_is_made_of_is_loaded_from_elsewhere() -> None:
    for file in files():
        text = (FILES / file).read_text()
        elsewhere = re.findall(r"""(?:src|href|from|import|url)\s*[=(]?\s*["'(]?(?:https?:)?//[^"')\s]+""", text)
        assert not elsewhere, (file, elsewhere)


async def test_a_browser_keeps_what_the_page_is_made_of_until_it_changes(http: httpx2.AsyncClient) -> None:
    document = (await http.get("/inbox")).text
    addresses = re.findall(r'(?:href|src)="(/web/[^"]+)"', document)
    assert f"/web/{edition().version}/js/views/inbox.js" in addresses
    for address in addresses:
        answer = await http.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
    for other in ("js/main.js", "000000000000/js/main.js"):
        answer = await http.get(f"/web/{other}")
        assert answer.headers["cache-control"] == "no-cache"
        again = await http.get(f"/web/{other}", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    assert (await http.get("/web/nothing.js")).status_code == 404
    assert (await http.get("/web/%2e%2e/page.py")).status_code == 404


def test_every_import_and_every_style_sheet_is_there() -> None:
    modules = imported(edition(), "js/main.js", *(file for file in files() if file.startswith("js/views/")))
    assert modules <= set(files())
    assert {f"css/{sheet}" for sheet in styles(edition(), modules)} <= set(files())
    for file in (FILES / "js").rglob("*.js"):  # what is loaded when it is wanted
        for late in re.findall(r'import\("([^"]+)"\)', file.read_text()):
            assert (file.parent / late).exists(), (file, late)


def test_no_markup_is_made_from_text_but_through_the_one_door() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")
    for file in (file for file in files() if file.endswith(".js")):
        found = forbidden.findall((FILES / file).read_text())
        assert not found or file == "js/html.js", (file, found)


async def test_an_address_that_leads_nowhere_is_a_problem_to_programs(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/projects/1/2/3")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_policy_lets_nothing_inline_run(new_page: NewPage) -> None:
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
            for (const attempt of Object.values(attempts)) try { attempt(); } catch { /* as it should */ }
            await new Promise((done) => setTimeout(done, 200));
            return ran;
        }"""
    )
    assert done == []


async def test_one_moves_by_links_keys_and_the_back_button(page: Page, worker: None) -> None:
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


async def test_a_chosen_theme_is_kept(page: Page) -> None:
    await page.goto("/system")
    await page.get_by_role("button", name="Colours: as the system").click()
    await page.get_by_role("button", name="Colours: light").click()
    await page.reload()
    await expect(page.get_by_role("button", name="Colours: dark")).to_be_visible()
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
