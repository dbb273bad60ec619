"""`python -m tests.web [FOLDER [VIEW...]]`: a picture of every view, or of these, wide and on a phone, light and dark.
Those that the README and docs/page.md show are taken with them, and replace what is in docs/pictures/."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop
from playwright.async_api import Browser, ViewportSize, expect

from benchmarks.browser import browser_path, launched, sign_in
from cli.stack.embedded import embedded_servers
from config.settings import Settings
from crew.providers import InstalledCrews
from tests.checkout import CHECKOUT
from tests.serving import served
from tests.signing_in import ADMIN_NAME, ADMIN_TOKEN, AUTHORIZATION, signed_in
from tests.web import scene
from tests.web.views import VIEWS
from worker.worker import run_worker
from workflows.client import connect

FOREIGN = ("BOTARMY_", "TEMPORAL_", "DATABASE_URL", "REDIS_URL")
SCREENS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": ViewportSize(width=1440, height=1000)},
    "phone": {"viewport": ViewportSize(width=390, height=1400), "has_touch": True, "is_mobile": True},
}
SHOWN = {
    "inbox-wide-light": "inbox",
    "inbox-phone-light": "phone",
    "project-reworked-wide-light": "project",
    "projects-wide-dark": "projects-dark",
}
"""The pictures that the docs show, by their names there."""
DOCS = CHECKOUT / "docs" / "pictures"
SETTLED_MS = 400
PATIENCE = 60_000  # ms that a view may take: pictures are taken on busy machines, too


async def main(folder: Path, views: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="botarmy-screenshots-") as data:
        async with embedded_servers(Path(data)) as servers:
            os.environ |= servers.environment()
            migrate = [sys.executable, "-m", "alembic", "upgrade", "head"]
            await asyncio.to_thread(subprocess.run, migrate, cwd=CHECKOUT, check=True, capture_output=True)
            settings = Settings(_env_file=None, admin_token=ADMIN_TOKEN, admin_name=ADMIN_NAME)
            stop = asyncio.Event()
            working = asyncio.create_task(run_worker(await connect(), InstalledCrews(settings), settings, stop))
            try:
                async with served(settings) as url, launched() as browser:
                    await _pictures(url, browser, folder, views)
            finally:  # a view that does not come up ends the program: without its servers, the worker never would
                stop.set()
                await working


async def _pictures(url: str, browser: Browser, folder: Path, views: Sequence[str]) -> None:
    await _picture(url, browser, folder, "home-empty", None)
    async with signed_in(url) as http:
        played = await scene.play(http)
    for name in views:
        await _picture(url, browser, folder, name, played)


async def _picture(url: str, browser: Browser, folder: Path, name: str, played: scene.Scene | None) -> None:
    for screen, options in SCREENS.items():
        for scheme in ("light", "dark"):
            context = await browser.new_context(
                base_url=url, color_scheme=scheme, locale="en-GB", device_scale_factor=1.5, **options
            )
            await sign_in(context, url, AUTHORIZATION)
            page = await context.new_page()
            if played is None:
                await page.goto("/")
            else:
                await VIEWS[name](page, played)
            await expect(page.locator(".loading:visible, [aria-busy=true]:visible")).to_have_count(0)
            await page.wait_for_timeout(SETTLED_MS)  # what moves in comes to rest
            file = folder / f"{name}-{screen}-{scheme}.png"
            await page.screenshot(path=file)
            print(file)
            if file.stem in SHOWN:
                shutil.copyfile(file, DOCS / f"{SHOWN[file.stem]}.png")
            await context.close()


if __name__ == "__main__":
    if browser_path() is None:
        sys.exit("no browser was found: install Chromium, or let BOTARMY_BROWSER name one")
    expect.set_options(timeout=PATIENCE)
    uvloop.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"), sys.argv[2:] or list(VIEWS)))
