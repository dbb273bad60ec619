"""New requests are announced, and shown in the browser's notifications once a person has asked for it."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.web.scene import Director

FAKE = """() => {
    globalThis.shown = [];
    globalThis.asked = 0;
    globalThis.Notification = class {
        static permission = "default";
        static requestPermission() {
            asked += 1;
            Notification.permission = "granted";
            return Promise.resolve("granted");
        }
        constructor(title, { body, tag }) { shown.push(this); Object.assign(this, { title, body, tag }); }
        close() {}
    };
}"""
SHOWN = "() => shown.map(({ title, body }) => `${title} | ${body}`)"


async def test_a_new_request_is_announced_in_every_view(page: Page, director: Director) -> None:
    await page.goto("/system")
    await expect(page.get_by_text("PostgreSQL").first).to_be_visible()
    await expect(page.locator("connection-mark")).to_have_text("Live")
    await director.start("Announced")
    said = page.locator("[data-announcements]")
    await expect(said).to_have_text("New: Announced: Project plan v1 · review.")


async def test_notifications_are_asked_for_on_a_click_and_lead_to_the_request(page: Page, director: Director) -> None:
    await page.add_init_script(f"({FAKE})()")
    await page.goto("/inbox")
    notify = page.get_by_role("button", name="Notify me of new, failed and soon expiring requests")
    await director.request(await director.start("Before the click"), "discovery")
    await expect(page.get_by_role("link", name=re.compile("Before the click")).first).to_be_visible()
    assert await page.evaluate("asked") == 0
    assert await page.evaluate(SHOWN) == []
    await notify.click()
    await expect(notify).to_have_attribute("aria-pressed", "true")
    assert await page.evaluate("asked") == 1
    project_id = await director.start("After the click")
    request = await director.request(project_id, "discovery")
    await expect(page.get_by_role("link", name=re.compile("After the click")).first).to_be_visible()
    title, subject = "A review is waiting | After the click: Project plan v1 · review", request["subject_hash"][:12]
    assert await page.evaluate(SHOWN) == [f"{title}\nSubject {subject}"]
    await page.evaluate("shown[0].onclick()")
    await expect(page).to_have_url(re.compile(f"request={request['request_id']}"))
    assert (await director.get(f"/hitl/{request['request_id']}"))["status"] == "pending"
    await notify.click()
    await expect(notify).to_have_attribute("aria-pressed", "false")


async def test_a_deadline_that_is_near_is_notified_once(page: Page, director: Director) -> None:
    request = await director.request(await director.start("Expires soon"), "discovery")
    await page.add_init_script(f"({FAKE})(); Notification.permission = 'granted'")
    await page.add_init_script("localStorage.setItem('botarmy.notifications', 'on')")
    await page.clock.install()
    await page.goto("/inbox")
    await expect(page.get_by_role("link", name=re.compile("Expires soon")).first).to_be_visible()
    await page.clock.fast_forward("23:30:00")
    subject = request["subject_hash"][:12]
    wanted = f"A request expires soon | Expires soon: Project plan v1 · review\nSubject {subject}"
    await page.wait_for_function(f"(wanted) => ({SHOWN})().includes(wanted)", arg=wanted)
    await page.clock.fast_forward("00:05:00")
    assert (await page.evaluate(SHOWN)).count(wanted) == 1
    assert (await director.get(f"/hitl/{request['request_id']}"))["status"] == "pending"
