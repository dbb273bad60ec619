"""What the page filters by itself, it compares as the API's own search does."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.checkout import CHECKOUT
from tests.spellings import ALIKE

SOURCE = CHECKOUT / "web" / "js" / "text.js"
FINDS = """async ([source, name, search]) => {
    const { comparable } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
    return comparable(name).includes(comparable(search));
}"""


async def test_a_filter_finds_every_way_in_which_a_name_can_be_written(browser: Browser) -> None:
    page = await browser.new_page()
    source = SOURCE.read_text()
    for spellings, searches in ALIKE:
        for name in spellings:
            for search in searches:
                assert await page.evaluate(FINDS, [source, name, search]), (name, search)
    assert not await page.evaluate(FINDS, [source, "Caf\u00e9", "cafe"])
    await page.close()
