"""The views of the page, each ready to be looked at."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from tests.web.scene import Scene

Show = Callable[[Page, Scene], Awaitable[None]]


async def _home(page: Page, scene: Scene) -> None:
    await page.goto("/")
    await expect(page.get_by_role("region", name="Needs you").get_by_text("URL shortener")).to_be_visible()
    await expect(page.get_by_role("region", name="Running").get_by_text("Weather station")).to_be_visible()


async def _missing(page: Page, scene: Scene) -> None:
    await page.goto("/nowhere")
    await expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


async def _account(page: Page, scene: Scene) -> None:
    await page.goto("/account")
    await expect(page.get_by_role("region", name="My sessions").get_by_text("this one")).to_be_visible()
    await expect(page.get_by_role("region", name="Groups").get_by_role("heading", name="security")).to_be_visible()
    await expect(page.get_by_role("region", name="Audit log").get_by_role("row").nth(1)).to_be_visible()


async def _sign_in(page: Page, scene: Scene) -> None:
    await page.goto("/sign-in")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def _palette(page: Page, scene: Scene) -> None:
    await _home(page, scene)
    await page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Search")
    await expect(dialog.get_by_role("group", name="Projects").get_by_role("option").first).to_be_visible()


async def _projects(page: Page, scene: Scene) -> None:
    await page.goto("/projects")
    await expect(page.get_by_text("URL shortener").first).to_be_visible()


async def _no_match(page: Page, scene: Scene) -> None:
    await page.goto("/projects?search=nothing+of+that+name")
    await expect(page.get_by_role("button", name="Clear").first).to_be_visible()


async def _start(page: Page, scene: Scene) -> None:
    await page.goto("/projects?new")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await expect(page.get_by_role("dialog").locator("pipeline-graph svg").first).to_be_visible()


async def _crew(page: Page, scene: Scene) -> None:
    await _start(page, scene)
    dialog = page.get_by_role("dialog", name="Start a project")
    await dialog.get_by_text("Who does the work").click()
    await dialog.get_by_role("radio", name="Models").check()
    await expect(dialog.get_by_role("textbox", name="Model")).to_be_visible()


async def _project(page: Page, project_id: str, tab: str = "work") -> None:
    await page.goto(f"/projects/{project_id}#tab={tab}")
    await expect(page.locator("pipeline-graph")).to_be_attached()  # on a phone it is folded, and not drawn
    await expect(page.locator(f".tab-panel-{tab} > .tab-content > *").last).to_be_visible()


async def _activity(page: Page, scene: Scene) -> None:
    await _project(page, scene.reworked, "activity")
    await expect(page.locator("event-feed [data-seq]").first).to_be_visible()
    await expect(page.locator(".decision").first).to_be_visible()


async def _members(page: Page, scene: Scene) -> None:
    await _project(page, scene.reworked, "members")
    await expect(page.get_by_role("rowheader", name="Anna-Sophia von Hohenstein")).to_be_visible()


async def _timeline(page: Page, scene: Scene) -> None:
    await _project(page, scene.reworked, "timeline")


async def _brief(page: Page, scene: Scene) -> None:
    await _project(page, scene.completed, "brief")
    await page.locator("artifact-view").evaluate("(brief) => brief.scrollIntoView()")  # it is read when it is visible
    await expect(page.locator("artifact-view article")).to_be_visible()


async def _menu(page: Page, scene: Scene) -> None:
    await _project(page, scene.active)
    await page.get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem", name="Pause")).to_be_visible()


async def _paused(page: Page, scene: Scene) -> None:
    await _project(page, scene.paused)


async def _rejected(page: Page, scene: Scene) -> None:
    await _project(page, scene.rejected)


async def _cancelled(page: Page, scene: Scene) -> None:
    await _project(page, scene.cancelled)


async def _context(page: Page, scene: Scene) -> None:
    await _project(page, scene.cancelled, "brief")
    await expect(page.get_by_role("link", name="house rules")).to_be_visible()


async def _retrying(page: Page, scene: Scene) -> None:
    await _project(page, scene.rejected)
    await page.get_by_role("button", name="Retry").click()
    await expect(page.get_by_role("dialog", name="Retry the project")).to_be_visible()


async def _waiting(page: Page, scene: Scene) -> None:
    await _project(page, scene.waiting)


async def _completed(page: Page, scene: Scene) -> None:
    await _project(page, scene.completed)


async def _reworked(page: Page, scene: Scene) -> None:
    await _project(page, scene.reworked)


async def _active(page: Page, scene: Scene) -> None:
    await _project(page, scene.active)


async def _long_name(page: Page, scene: Scene) -> None:
    await _project(page, scene.long_name)


async def _right_to_left(page: Page, scene: Scene) -> None:
    await _project(page, scene.right_to_left)


async def _inbox(page: Page, scene: Scene) -> None:
    await page.goto("/inbox")
    await page.get_by_text("URL shortener").first.click()
    await expect(page.locator("artifact-view article, diff-view [role=table]").first).to_be_visible()


async def _extending(page: Page, scene: Scene) -> None:
    await _inbox(page, scene)
    await page.get_by_role("button", name="Extend").click()
    await expect(page.get_by_role("dialog", name="Extend the deadline")).to_be_visible()


async def _failed_step(page: Page, scene: Scene) -> None:
    await page.goto("/inbox")
    await page.get_by_text("Parcel tracker").first.click()
    await expect(page.get_by_role("button", name="Try again", exact=True)).to_be_visible()


async def _press(page: Page, name: str) -> None:
    """Press a button of the request, which is behind *More* on a narrow screen."""
    more = page.get_by_role("button", name="More", exact=True)
    if await more.is_visible():
        await more.click()
    await page.get_by_role("button", name=name).click()


async def _editing(page: Page, scene: Scene) -> None:
    await _inbox(page, scene)
    await _press(page, "Edit and approve")
    await expect(page.get_by_role("form", name="Edit and approve")).to_be_visible()


async def _rejecting(page: Page, scene: Scene) -> None:
    await _inbox(page, scene)
    await _press(page, "Reject and end project")
    await expect(page.get_by_role("form", name="Reject and end project")).to_be_visible()


async def _requesting_changes(page: Page, scene: Scene) -> None:
    """Comments on two lines of the changes, and the composer beside them."""
    await _inbox(page, scene)
    form = page.get_by_role("form", name="Request changes")
    await page.keyboard.press("l")
    for number, comment in enumerate(("Say for how long.", "Who decides that?")):
        if number:
            await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await form.get_by_role("textbox", name=re.compile("^Comment on")).nth(number).fill(comment)
        await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("button", name=re.compile("^Comment on “"))).to_be_focused()


async def _diagram(page: Page, scene: Scene) -> None:
    """The closed request of the step that drew the architecture."""
    answer = await page.request.get(f"/api/v1/hitl/project/{scene.completed}/requests")
    design = next(one for one in (await answer.json())["items"] if one["stage"] == "design")
    await page.goto(f"/inbox?request={design['request_id']}")
    figure = page.locator("figure.diagram").first
    await figure.scroll_into_view_if_needed()
    await expect(figure.frame_locator("iframe").locator("svg").first).to_be_visible()


async def _together(page: Page, scene: Scene) -> None:
    await page.goto("/inbox")
    await page.get_by_role("checkbox", name="Select all shown").check()
    await page.get_by_role("button", name=re.compile("^Approve [0-9]")).click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def _stage(page: Page, scene: Scene) -> None:
    await page.goto(f"/projects/{scene.reworked}#stage=build")
    await expect(page.get_by_role("region", name="build")).to_be_visible()


async def _diff(page: Page, scene: Scene) -> None:
    await _project(page, scene.reworked)
    await page.get_by_role("option", name=re.compile("^Source code")).click()
    await page.get_by_role("tab", name="Diff").click()
    await expect(page.locator("diff-view").get_by_role("table").first).to_be_visible()


async def _cancelling(page: Page, scene: Scene) -> None:
    await _project(page, scene.waiting)
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Cancel project").click()
    await expect(page.get_by_role("dialog", name="Cancel the project?")).to_be_visible()


async def _stopping(page: Page, scene: Scene) -> None:
    await _project(page, scene.active)
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(page.get_by_role("dialog", name="Stop")).to_be_visible()


async def _help(page: Page, scene: Scene) -> None:
    await page.goto("/inbox")
    await page.get_by_role("button", name="Keyboard shortcuts").click()
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


async def _system(page: Page, scene: Scene) -> None:
    await page.goto("/system")
    await expect(page.get_by_text("PostgreSQL").first).to_be_visible()


VIEWS: dict[str, Show] = {
    "home": _home,
    "account": _account,
    "sign-in": _sign_in,
    "missing": _missing,
    "palette": _palette,
    "projects": _projects,
    "projects-no-match": _no_match,
    "start": _start,
    "start-crew": _crew,
    "project-waiting": _waiting,
    "project-completed": _completed,
    "project-reworked": _reworked,
    "project-active": _active,
    "project-paused": _paused,
    "project-rejected": _rejected,
    "project-cancelled": _cancelled,
    "project-retrying": _retrying,
    "project-activity": _activity,
    "project-members": _members,
    "project-timeline": _timeline,
    "project-brief": _brief,
    "project-context": _context,
    "project-menu": _menu,
    "project-long-name": _long_name,
    "project-right-to-left": _right_to_left,
    "inbox": _inbox,
    "project-stage": _stage,
    "project-diff": _diff,
    "project-cancelling": _cancelling,
    "inbox-extending": _extending,
    "inbox-failed-step": _failed_step,
    "inbox-editing": _editing,
    "inbox-requesting-changes": _requesting_changes,
    "inbox-rejecting": _rejecting,
    "inbox-diagram": _diagram,
    "inbox-together": _together,
    "stopping": _stopping,
    "help": _help,
    "system": _system,
}
