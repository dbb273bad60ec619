"""Mermaid diagrams of documents: drawn in a frame that nothing leaves, whatever they say; or shown as their source."""

from __future__ import annotations

import re
from hashlib import sha256

import httpx2
import pytest
from playwright.async_api import FrameLocator, Locator, Page, Route, expect

from api.page import diagrams
from tests.web.browsing import NewPage
from tests.web.scene import Director

pytestmark = pytest.mark.long

CHART = "flowchart LR\n    caller([Caller]) --> service[Short links]\n"
ATTACKS = {
    "markup": "flowchart LR\n    a[\"<img src=x onerror='top.broken = 1'><script>parent.broken = 2</script>\"] --> b\n",
    "click": 'flowchart LR\n    a --> b\n    click a call alert()\n    click b href "javascript:parent.broken=3"\n',
    "link": 'flowchart LR\n    a --> b\n    click a href "https://elsewhere.example/" _top\n'
    '    click b href "/inbox" _self\n',
    "settings": "%%{init: {'securityLevel': 'loose', 'maxTextSize': 99999999, 'htmlLabels': true, 'themeCSS': "
    "'* { background: url(https://elsewhere.example/) }'}}%%\nflowchart LR\n"
    "    a[\"<img src=https://elsewhere.example/a.png onerror='parent.broken = 4'>\"] --> b\n",
}


async def shown(page: Page, director: Director, source: str) -> Locator:
    """Show a document with a diagram, and return the figure."""
    project_id = await director.start("Drawn")
    request = await director.request(project_id, "discovery")
    document = f"# Plan\n\nBefore it.\n\n```mermaid\n{source}```\n\nAfter it.\n"
    await director.respond(project_id, "discovery", "amend", content=document)
    await director.request(project_id, "plan")
    await page.goto(f"/inbox?request={request['request_id']}")
    edited = page.get_by_role("region", name="Project plan, version 2", exact=True)
    await edited.scroll_into_view_if_needed()
    figure = edited.locator("figure.diagram")
    await figure.scroll_into_view_if_needed()
    return figure


def frame_of(figure: Locator) -> FrameLocator:
    return figure.frame_locator("iframe")


def test_the_library_is_the_one_that_was_reviewed() -> None:
    assert sha256(diagrams.LIBRARY.read_bytes()).hexdigest() == diagrams.LIBRARY_SHA256
    about = (diagrams.LIBRARY.parent / "README.md").read_text()
    assert diagrams.LIBRARY_SHA256 in about
    assert diagrams.VERSION in about
    assert (diagrams.LIBRARY.parent / "LICENSE").read_text().startswith("The MIT License")


async def test_the_frame_has_a_policy_of_its_own(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/diagram")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "unsafe-eval" not in policy
    assert diagrams.LIBRARY_PATH in answer.text
    library = await http.get(diagrams.LIBRARY_PATH, headers={"Accept-Encoding": "gzip"})
    assert library.content == diagrams.LIBRARY.read_bytes()
    assert "immutable" in library.headers["cache-control"]


async def test_a_diagram_is_drawn_and_its_source_is_behind_a_button(page: Page, director: Director) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    await page.goto("/system")
    figure = await shown(page, director, CHART)
    await expect(frame_of(figure).locator("svg").get_by_text("Short links").first).to_be_visible()
    source = figure.locator("pre")
    await expect(source).to_be_hidden()
    await figure.get_by_role("button", name="Show the source").click()
    await expect(source).to_contain_text("caller([Caller]) --> service")
    assert sum("mermaid" in url for url in requested) == 1  # with the first diagram, and not before
    theme = frame_of(figure).locator("html")
    await expect(theme).to_have_attribute("data-theme", "light")
    await page.emulate_media(color_scheme="dark")
    await expect(theme).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("attack", ATTACKS)
async def test_nothing_that_a_diagram_says_leaves_its_frame(attack: str, new_page: NewPage, director: Director) -> None:
    page = await new_page(expected_errors=("Content Security Policy", "sandbox", "Refused", "Blocked", "ERR_"))
    asked: list[str] = []

    async def elsewhere(route: Route) -> None:
        asked.append(route.request.url)
        await route.abort()

    await page.route("https://elsewhere.example/**", elsewhere)
    figure = await shown(page, director, ATTACKS[attack])
    await expect(figure.locator("pre")).to_be_attached()
    await expect(frame_of(figure).locator("svg").first.or_(figure.get_by_text("this is its source"))).to_be_visible()
    if await figure.locator("iframe").count():
        for link in await frame_of(figure).locator("a, .node").all():
            await link.click(no_wait_after=True)
        assert await frame_of(figure).locator("svg :is(script, img[onerror], a[href])").count() == 0
    address = page.url
    assert await page.evaluate("globalThis.broken ?? null") is None
    assert asked == []
    assert page.url == address
    await expect(page.get_by_role("main")).to_be_visible()


@pytest.mark.parametrize("source", ["flowchart LR\n    a -->\n    --> --> ]\n", "no diagram at all\n"])
async def test_what_cannot_be_drawn_is_shown_as_its_source(source: str, page: Page, director: Director) -> None:
    figure = await shown(page, director, source)
    await expect(figure.get_by_text("It is not a diagram that can be drawn; this is its source.")).to_be_visible()
    await expect(figure.locator("pre")).to_contain_text(source.splitlines()[0])
    await expect(figure.locator("iframe")).to_have_count(0)


async def test_a_huge_diagram_is_shown_as_its_source(page: Page, director: Director) -> None:
    source = "flowchart LR\n" + "".join(f"    n{number} --> n{number + 1}\n" for number in range(2_000))
    figure = await shown(page, director, source)
    await expect(figure.get_by_text("It is too large to be drawn; this is its source.")).to_be_visible()
    await expect(figure.locator("iframe")).to_have_count(0)


async def test_an_endless_diagram_is_given_up_and_the_page_stays_usable(page: Page, director: Director) -> None:
    async def endless(route: Route) -> None:
        script = "globalThis.mermaid = { initialize() {}, render() { for (;;); } };"
        await route.fulfill(body=script, content_type="text/javascript")

    await page.route(re.compile("/diagram/mermaid"), endless)
    figure = await shown(page, director, CHART)
    late = figure.get_by_text("It could not be drawn in time; this is its source.")
    await expect(late).to_be_visible(timeout=90_000)
    await expect(figure.locator("iframe")).to_have_count(0)
    await expect(figure.locator("pre")).to_be_visible()
    assert await page.evaluate("1 + 1") == 2
