"""Everything that a finger presses is 44 px wide and high, on every view."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from tests.web import scene
from tests.web.browsing import NewPage
from tests.web.reviewing import PHONE
from tests.web.views import VIEWS

pytestmark = pytest.mark.long

TOO_SMALL = """() => {
  const LEAST = 43.5;  // 44, but for fractions
  const PRESSED = `a[href], button, input, select, textarea, summary,
    [role=tab], [role=option], [role=menuitem], [role=treeitem] > .tree-row`;
  const isProse = (link) => {  // WCAG 2.5.8 exempts links in a sentence
    const line = link.closest("p, li, dd, td, dt, h3, span, figcaption") ?? link.parentElement;
    return getComputedStyle(link).display === "inline" && line.textContent.trim() !== link.textContent.trim();
  };
  const area = (element) => {
    const label = element.matches("input") && element.closest("label");
    if (label) return label.getBoundingClientRect();
    const after = getComputedStyle(element, "::after");
    const grown = after.content !== "none" && after.position === "absolute";  // a whole row that is one link
    const positioned = getComputedStyle(element).position !== "static";
    const box = element.getBoundingClientRect();
    if (!grown) return box;
    let around = element;
    while (getComputedStyle(around).position === "static") around = around.parentElement;
    if (!positioned) return around.getBoundingClientRect();
    return { width: box.width - 2 * parseFloat(after.left), height: box.height - 2 * parseFloat(after.top) };
  };
  const dialog = document.querySelector("dialog[open]");
  return [...(dialog ?? document).querySelectorAll(PRESSED)]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".visually-hidden, .skip, [inert]"))
    .filter((one) => !(one.matches("a") && isProse(one)))
    .map((one) => [one, area(one)])
    .filter(([, { width, height }]) => width > 1 && (width < LEAST || height < LEAST))
    .map(([one, { width, height }]) =>
      `${Math.round(width)} x ${Math.round(height)}: ${one.outerHTML.replace(/\\s+/g, " ").slice(0, 160)}`);
}"""


@pytest_asyncio.fixture(scope="module")
async def played(http: httpx2.AsyncClient, worker: None) -> AsyncIterator[scene.Scene]:
    yield await scene.play(http)


@pytest.mark.parametrize("view", VIEWS)
async def test_a_finger_hits_what_it_presses(view: str, new_page: NewPage, played: scene.Scene) -> None:
    expected = ("404",) if view == "missing" else ()
    page = await new_page(expected, viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    await VIEWS[view](page, played)
    assert await page.evaluate("matchMedia('(pointer: coarse)').matches")
    assert await page.evaluate(TOO_SMALL) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
