"""What changes something is disabled in every view while the API cannot be reached."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.web.browsing import NewPage
from tests.web.line import line_to
from tests.web.scene import Director


async def expect_disabled(changes: list[Locator], disabled: bool) -> None:
    for element in changes:
        if disabled:
            await expect(element).to_have_attribute("aria-disabled", "true")
        else:
            await expect(element).not_to_have_attribute("aria-disabled", "true")


async def test_nothing_changes_a_project_while_the_api_is_unreachable(
    new_page: NewPage, director: Director, api_url: str
) -> None:
    project_id = await director.start("Out of reach here")
    await director.request(project_id, "discovery")
    async with line_to(api_url) as line:
        page = await new_page(("WebSocket", "ERR_", "Failed to load"), base_url=line.url)
        await page.goto(f"{line.url}/projects/{project_id}")
        stop = page.get_by_role("button", name="Stop", exact=True)
        more = page.get_by_role("button", name="More actions")
        pause, copy = (page.get_by_role("menuitem", name=name, exact=True) for name in ("Pause", "Copy link"))
        await expect(more).to_be_visible()
        await expect_disabled([stop], False)
        await line.cut()
        await expect_disabled([stop], True)
        # A menu that is first opened meanwhile is new: its items are disabled at once, not with the next failed read.
        await more.evaluate("async (button) => { button.click(); await new Promise(requestAnimationFrame); }")
        assert await pause.get_attribute("aria-disabled") == "true"
        await expect_disabled([copy], False)
        await pause.click(force=True)
        await expect(page.locator(".toast")).to_contain_text("cannot be reached")
        await line.mend()
        await expect_disabled([stop, pause], False)
        assert (await director.get(f"/projects/{project_id}"))["status"] != "paused"
        await pause.click()
        await expect(page.get_by_role("button", name="Resume")).to_be_visible()


async def test_the_palette_changes_nothing_while_the_api_is_unreachable(
    new_page: NewPage, director: Director, api_url: str
) -> None:
    project_id = await director.start("Out of reach of the palette")
    await director.request(project_id, "discovery")
    async with line_to(api_url) as line:
        page = await new_page(("WebSocket", "ERR_", "Failed to load"), base_url=line.url)
        await page.goto(f"{line.url}/projects/{project_id}")
        palette = page.get_by_role("dialog", name="Search")
        pause, copy = (palette.get_by_role("option", name=name, exact=True) for name in ("Pause", "Copy link"))
        await expect(page.get_by_role("button", name="More actions")).to_be_visible()
        await page.keyboard.press("Control+k")
        await expect_disabled([pause, copy], False)
        await line.cut()
        await expect_disabled([pause], True)
        await expect_disabled([copy], False)
        await palette.get_by_role("combobox").fill("pause")
        await expect(palette.get_by_role("option").first).to_contain_text("Pause")
        await page.keyboard.press("Enter")
        await expect(page.locator(".toast")).to_contain_text("cannot be reached")
        await line.mend()
        await expect_disabled([pause], False)
        assert (await director.get(f"/projects/{project_id}"))["status"] != "paused"
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Resume")).to_be_visible()


async def test_a_form_keeps_what_was_typed_until_the_api_is_reachable(new_page: NewPage, api_url: str) -> None:
    async with line_to(api_url) as line:
        page = await new_page(("WebSocket", "ERR_", "Failed to load"), base_url=line.url)
        await page.goto(f"{line.url}/projects")
        submit = await form_of(page)
        await line.cut()
        await expect_disabled([submit], True)
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".toast")).to_contain_text("What you type is kept")
        await line.mend()
        await expect_disabled([submit], False)


async def form_of(page: Page) -> Locator:
    """The button of the dialog that stops everything, whose reason is typed."""
    await page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill("Kept.")
    return dialog.get_by_role("button", name="Stop now")
