"""A step that waits for its provider says so in the page."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from models.contracts.enums import WaitReason
from models.contracts.event_data import StepWait
from tests.waiting import eventually
from tests.web.transcript.conftest import Progress

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def test_a_chip_says_what_an_agent_waits_for_until_it_works_again(
    page: Page, project_id: str, task_id: str, progress: Progress
) -> None:
    await page.goto(f"/projects/{project_id}")
    now = page.locator(".project-now")
    await expect(now).to_contain_text("Coder · build")
    chip = now.locator(".now-wait")
    await expect(chip).to_be_hidden()

    async def shown() -> bool:
        await progress(StepWait(reason=WaitReason.RATE_LIMIT, seconds=29.6))  # one before the page listens is lost
        return await chip.is_visible()

    await eventually(shown)
    await expect(chip).to_have_text("Rate-limited: 30 s")
    await progress()
    await expect(chip).to_be_hidden()
