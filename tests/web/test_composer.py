"""The composer of a review: its keys, and its buttons always in sight."""

from __future__ import annotations

import re

import httpx2
import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.web.browsing import NewPage
from tests.web.reviewing import PHONE, amended, card, composer, reviewed, status_of
from tests.web.scene import Director

LAPTOP = ViewportSize(width=1280, height=800)


@pytest.fixture
def director(http: httpx2.AsyncClient, worker: None) -> Director:
    return Director(http)


def remark(page: Page, number: int) -> Locator:
    return composer(page).get_by_role("textbox", name=re.compile("^Comment on")).nth(number)


async def test_the_keys_that_send_keep_a_comment_on_a_line(page: Page, director: Director) -> None:
    request = await reviewed(page, director, "Kept comments")
    chosen = page.get_by_role("button", name=re.compile("^Comment on “"))
    await page.keyboard.press("l")
    place = str(await chosen.get_attribute("aria-label"))
    await page.keyboard.press("Enter")
    await expect(composer(page).get_by_text("keeps the comment")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(composer(page).get_by_text("Say what is wrong with it.")).to_be_visible()
    await page.keyboard.type("For whom?")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("button", name=place, exact=True)).to_be_focused()  # the keys go on from there
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.type("Why now?")
    await page.keyboard.press("Control+Enter")
    await expect(chosen).to_be_focused()
    assert await status_of(director, request) == "pending"
    await composer(page).get_by_label("What should change?").focus()
    await page.keyboard.press("Control+Enter")
    comment = (await amended(director, request))["comment"]
    assert "For whom?" in comment
    assert comment.endswith("Why now?")


@pytest.mark.parametrize("screen", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_the_composer_shows_its_button_whatever_it_holds(
    screen: ViewportSize, new_page: NewPage, director: Director
) -> None:
    page = await new_page(viewport=screen)
    await reviewed(page, director, f"In sight at {screen['width']}")
    await page.keyboard.press("l")
    for number in range(3):
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await remark(page, number).fill(f"Remark {number}.")
        await expect(remark(page, number)).to_be_in_viewport(ratio=1)
        await page.keyboard.press("Control+Enter")
    send = composer(page).get_by_role("button", name="Request changes")
    for element in (send, composer(page).get_by_text("Decide as")):
        await expect(element).to_be_in_viewport(ratio=1)
    await send.click(trial=True)  # nothing covers it
    await page.mouse.wheel(0, 400)
    await expect(send).to_be_in_viewport(ratio=1)
    await expect(card(page).get_by_role("group", name="Responses")).to_be_visible(visible=screen == LAPTOP)
