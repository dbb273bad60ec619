"""Signing in with a password and at an identity provider, members of a project, and the audit log, in a browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import httpx2
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, expect

from config.settings import Settings
from store.identity import groups
from store.transaction import Store
from tests.api_client import V1, get, start, wait_for_request
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider
from tests.serving import served
from tests.signing_in import MARK, add_person
from tests.web.accessibility import expect_touchable
from tests.web.browsing import NewPage, sign_in_as

PASSWORD, OTHER = "correct horse battery staple", "a longer one than the first"


@pytest_asyncio.fixture(scope="module")
async def provider() -> AsyncIterator[IdentityProvider]:
    async with identity_provider() as provider:
        yield provider


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings, provider: IdentityProvider) -> Settings:
    client = {"oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
    return settings.model_copy(update={"oidc_issuer": provider.issuer} | client)


async def sign_in(page: Page, login: str, password: str) -> None:
    form = page.get_by_role("region", name="Sign in")
    await form.get_by_label("Name").fill(login)
    await form.get_by_label("Password").fill(password)
    await form.get_by_role("button", name="Sign in", exact=True).click()


async def test_a_person_signs_in_changes_the_password_and_is_signed_out(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str
) -> None:
    person = await add_person(api_url, "Ana", "viewer")
    account = {"login": "ana", "password": PASSWORD}
    assert (await http.put(f"{V1}/auth/people/{person}/account", json=account)).status_code == 200
    page = await new_page(expected_errors=("401", "403"))
    await page.context.clear_cookies()
    await page.goto("/system")
    await expect(page).to_have_url(re.compile("/sign-in"))
    await sign_in(page, "ana", "wrong")
    await expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    await expect(page.get_by_label("Password")).to_be_focused()
    await sign_in(page, "Ana", PASSWORD)
    await expect(page).to_have_url(re.compile("/system$"))

    await page.goto("/account")
    section = page.get_by_role("region", name="My password")
    await section.get_by_label("Current password").fill("wrong")
    await section.get_by_label("New password").fill(OTHER)
    await section.get_by_role("button").click()
    await expect(section.get_by_text("The current password is wrong.")).to_be_visible()
    await section.get_by_label("Current password").fill(PASSWORD)
    await section.get_by_role("button").click()
    await expect(page.get_by_text("The password was changed.").first).to_be_visible()

    # An administrator ends the account: the page notices by itself, since its socket is closed.
    await http.patch(f"{V1}/auth/people/{person}", json={"is_disabled": True})
    await expect(page).to_have_url(re.compile("/sign-in"))
    await sign_in(page, "ana", OTHER)
    await expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")


async def test_a_page_that_nobody_uses_shows_the_sign_in_and_keeps_the_draft(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str, store: Store, worker: None
) -> None:
    request = await wait_for_request(http, await start(http, oversight="high"))
    person = await add_person(api_url, "Ida", "approver")
    account = {"login": "ida", "password": PASSWORD}
    assert (await http.put(f"{V1}/auth/people/{person}/account", json=account)).status_code == 200
    page = await new_page(expected_errors=("401",))
    await page.context.clear_cookies()
    await page.clock.install()
    await page.goto(f"/inbox?request={request['request_id']}")
    await sign_in(page, "ida", PASSWORD)
    card = page.get_by_role("article", name="Selected request")
    await card.get_by_role("button", name="Request changes", exact=True).click()
    feedback = card.get_by_role("form", name="Request changes").get_by_role("textbox").first
    await feedback.fill("Say who pays.")

    def says(mark: str) -> Callable[[Request], bool]:
        return lambda sent: sent.headers.get("x-botarmy-request") == mark

    async with page.expect_request(says("page")):  # the page refreshes itself, a minute after the last key
        await page.clock.fast_forward(61_000)
    async with page.expect_request(says("person")):
        await page.keyboard.press("Shift")
        await page.clock.fast_forward(11_000)
    async with store.writing() as connection:
        await connection.exec_driver_sql(
            f"UPDATE session SET last_seen_at = clock_timestamp() - interval '8 hours' WHERE principal_id = '{person}'"
        )
    await expect(page).to_have_url(re.compile("/sign-in"))
    await sign_in(page, "ida", PASSWORD)
    await expect(feedback).to_have_value("Say who pays.")


async def test_the_sign_in_says_why_somebody_is_there(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str
) -> None:
    person = await add_person(api_url, "Eda", "viewer")
    page = await new_page(expected_errors=("401", "WebSocket"))
    await sign_in_as(page, http, person)
    await page.goto("/system")
    await expect(page.get_by_role("link", name="Eda")).to_be_visible()
    (session,) = (await (await page.context.request.get(f"{V1}/auth/sessions")).json())["items"]
    ended = await page.context.request.delete(f"{V1}/auth/sessions/{session['session_id']}", headers=MARK)
    assert ended.ok
    await expect(page.get_by_text("Your session has ended.")).to_be_visible()
    assert page.url.endswith("next=%2Fsystem")

    await sign_in_as(page, http, person)
    await page.goto("/sign-in#code=bay_no-such-code")
    stay, use = page.get_by_role("button", name="Stay signed in"), page.get_by_role("button", name="Use the link")
    left, right = await stay.bounding_box(), await use.bounding_box()
    assert left
    assert right
    assert right["x"] >= left["x"] + left["width"] + 4
    await use.click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(use).to_have_count(0)  # it is good once
    await stay.click()

    await page.goto("/account")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert "next=" not in page.url


async def test_no_address_of_another_site_is_opened_after_signing_in(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str
) -> None:
    person = await add_person(api_url, "Bea", "viewer")
    account = {"login": "bea", "password": PASSWORD}
    assert (await http.put(f"{V1}/auth/people/{person}/account", json=account)).status_code == 200
    page = await new_page()
    for address in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/.//evil.example",
        "javascript:alert(1)",
    ):
        await page.goto(f"/sign-in?next={address}")
        await sign_in(page, "bea", PASSWORD)
        await expect(page).to_have_url(f"{api_url}/")


async def test_a_link_of_somebody_else_replaces_nobody_unasked(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str
) -> None:
    person = await add_person(api_url, "Mallory", "viewer")
    page = await new_page()
    mine = await (await page.request.get(f"{V1}/auth/me")).json()
    for button, name in (("Stay signed in", mine["name"]), ("Use the link", "Mallory")):
        link = (await http.post(f"{V1}/auth/people/{person}/links")).json()
        await page.goto(f"/sign-in#code={link['code']}")
        await expect(page.get_by_role("heading")).to_contain_text(mine["name"])
        await page.get_by_role("button", name=button).click()
        await expect(page).to_have_url(f"{api_url}/")
        assert (await (await page.request.get(f"{V1}/auth/me")).json())["name"] == name


async def test_a_person_signs_in_at_the_identity_provider(new_page: NewPage, provider: IdentityProvider) -> None:
    page = await new_page(expected_errors=("401",))
    await page.context.clear_cookies()
    await page.goto("/system?from=here")
    button = page.get_by_role("button", name="Sign in at 127.0.0.1")
    await button.click()
    await expect(page).to_have_url(re.compile(r"/system\?from=here$"))
    await expect(page.get_by_role("link", name="Ana")).to_be_visible()
    await page.context.clear_cookies()
    provider.answer = {"error": "access_denied"}
    await page.goto("/sign-in?next=/inbox")
    await button.click()
    await expect(page.get_by_role("alert")).to_have_text("The identity provider did not sign you in.")
    await expect(page).to_have_url(re.compile(r"next=%2Finbox$"))


async def test_an_administrator_changes_the_members_of_a_project(
    page: Page, http: httpx2.AsyncClient, api_url: str, worker: None
) -> None:
    project, person = await start(http, oversight="high"), await add_person(api_url, "Cleo")
    await page.goto(f"/projects/{project}#tab=members")
    await expect(page.get_by_text("Nobody has a role in this project only.")).to_be_visible()
    await expect(page.get_by_label("Person")).to_have_value("")  # nobody, and not who reads it
    await page.get_by_role("button", name="Add").click()
    assert (await get(http, f"/projects/{project}/members"))["items"] == []
    await page.get_by_label("Person").select_option("Cleo")
    await page.get_by_label("Role").select_option("operator")
    await page.get_by_role("button", name="Add").click()
    operator, approver = page.get_by_label("Cleo: operator"), page.get_by_label("Cleo: approver")
    await expect(operator).to_be_checked()
    await expect(operator).to_be_disabled()  # the only role
    await approver.check()
    await expect(operator).to_be_enabled()
    await operator.uncheck()
    await expect(approver).to_be_disabled()
    (member,) = (await get(http, f"/projects/{project}/members"))["items"]
    assert (member["principal_id"], member["roles"]) == (person, ["approver"])
    await page.get_by_role("button", name="Remove Cleo").click()
    await expect(page.get_by_text("Nobody has a role in this project only.")).to_be_visible()
    assert (await http.post(f"{V1}/auth/groups", json={"name": "red team"})).status_code == 201
    await http.put(f"{V1}/auth/groups/red team/members/{person}")
    await page.get_by_label("Group").fill("red team")
    await page.get_by_label("Access").select_option("viewer")
    await page.get_by_role("button", name="Set", exact=True).click()
    group = page.get_by_role("listitem").filter(has_text="red team")
    await expect(group).to_contain_text("(1 member): viewer")
    await group.get_by_role("button", name="Remove red team").click()
    await expect(group).to_have_count(0)
    assert (await get(http, f"/projects/{project}/groups"))["items"] == []


async def test_the_members_are_those_of_now_and_fit_a_phone(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str, worker: None
) -> None:
    project, person = await start(http, oversight="high"), await add_person(api_url, "Anna-Sophia von Wittgenstein")
    await add_person(api_url, "Bea")
    page = await new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    await page.goto(f"/projects/{project}#tab=members")
    await expect(page.get_by_role("tab", name="Members")).to_be_in_viewport(ratio=0.9)
    await page.get_by_label("Person").select_option("Bea")
    await http.put(f"{V1}/projects/{project}/members/{person}", json={"roles": ["operator"]})  # by somebody else
    await expect(page.get_by_label("Anna-Sophia von Wittgenstein: operator")).to_be_checked()
    await expect_touchable(page)
    await http.put(f"{V1}/projects/{project}/members/{person}", json={"roles": ["approver"]})
    await expect(page.get_by_label("Anna-Sophia von Wittgenstein: approver")).to_be_checked()
    assert (await http.post(f"{V1}/auth/groups", json={"name": "blue team"})).status_code == 201
    await http.put(f"{V1}/projects/{project}/groups/blue team", json={"roles": ["viewer"]})
    await expect(page.get_by_text("blue team")).to_be_visible()


async def test_others_see_members_and_auditors_see_the_log(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str, worker: None
) -> None:
    project, person = await start(http, oversight="high"), await add_person(api_url, "Dora", "auditor")
    await http.put(f"{V1}/projects/{project}/members/{person}", json={"roles": ["viewer"]})
    link = (await http.post(f"{V1}/auth/people/{person}/links")).json()["path"]
    page = await new_page(expected_errors=("401",))
    await page.context.clear_cookies()
    await page.goto(link)
    await expect(page.get_by_role("link", name="Dora")).to_be_visible()
    await page.goto(f"/projects/{project}#tab=members")
    await expect(page.get_by_label("Dora: viewer")).to_be_disabled()
    await expect(page.get_by_label("Dora: approver")).to_be_disabled()
    await expect(page.get_by_role("button", name="Remove Dora")).to_have_count(0)
    await page.goto("/account")
    log = page.get_by_role("region", name="Audit log")
    await expect(log.get_by_role("row").nth(1)).to_contain_text("signed in")
    await expect(log.get_by_role("row").nth(1)).to_contain_text("Dora")


async def test_an_api_that_everybody_reaches_is_warned_of_in_every_view(browser: Browser, settings: Settings) -> None:
    exposed = {"auth": "none", "insecure": True, "host": "0.0.0.0", "admin_token": None, "oidc_issuer": None}
    async with served(settings.model_copy(update=exposed)) as url, await browser.new_context(base_url=url) as context:
        page = await context.new_page()
        for view in ("/", "/inbox", "/projects", "/system"):
            await page.goto(view)
            warning = page.get_by_role("alert").filter(has_text="There is no sign-in")
            await expect(warning).to_be_visible()
            await expect(warning.locator("button, a, input")).to_have_count(0)
            await page.keyboard.press("Escape")
            await expect(warning).to_be_visible()


async def test_an_administrator_creates_groups_and_says_who_belongs_to_them(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str, store: Store, worker: None
) -> None:
    page = await new_page(expected_errors=("422",))
    project, person = await start(http, name="Guest book", oversight="high"), await add_person(api_url, "Fay")
    await page.goto("/account")
    section = page.get_by_role("region", name="Groups")
    await section.get_by_label("Name of a new group").fill("green team")
    await section.get_by_role("button", name="Create a group").click()
    group = section.get_by_role("listitem").filter(has=page.get_by_role("heading", name="green team"))
    await expect(group).to_contain_text("Nobody belongs to it.")
    await expect(group).to_contain_text("No role in any project.")
    chosen = group.get_by_label("Person for green team")
    await expect(chosen).to_have_value("")
    await chosen.select_option("Fay")
    await group.get_by_role("button", name="Add to green team").click()
    await expect(group.get_by_role("button", name="Take Fay out of green team")).to_be_visible()
    await http.put(f"{V1}/projects/{project}/groups/green team", json={"roles": ["viewer", "approver"]})
    async with store.writing() as connection:
        await groups.replace(connection, UUID(person), ["theirs"], source="https://login.example.org")
    await page.reload()
    await expect(group).to_contain_text("approver and viewer in Guest book")
    theirs = section.get_by_role("listitem").filter(has=page.get_by_role("heading", name="theirs"))
    await expect(theirs).to_contain_text("Fay from https://login.example.org")
    await expect(theirs.get_by_role("button", name=re.compile("Remove|Take"))).to_have_count(0)
    await group.get_by_role("button", name="Take Fay out of green team").click()
    await expect(group).to_contain_text("Nobody belongs to it.")
    await section.get_by_label("Name of a new group").fill("a/members/b")
    await section.get_by_role("button", name="Create a group").click()
    notice = page.get_by_role("region", name="Notices")
    await expect(notice.get_by_text("no path could name the group")).to_be_visible()
    assert "a/members/b" not in {one["name"] for one in (await get(http, "/auth/groups"))["items"]}
    await group.get_by_role("button", name="Remove green team").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove the group").click()
    await expect(group).to_have_count(0)
    assert "green team" not in {one["name"] for one in (await get(http, "/auth/groups"))["items"]}


async def test_only_administrators_see_the_groups(new_page: NewPage, http: httpx2.AsyncClient, api_url: str) -> None:
    person = await add_person(api_url, "Gus", "auditor")
    link = (await http.post(f"{V1}/auth/people/{person}/links")).json()["path"]
    page = await new_page(expected_errors=("401",))
    await page.context.clear_cookies()
    await page.goto(link)
    await expect(page.get_by_role("link", name="Gus")).to_be_visible()
    await page.goto("/account")
    await expect(page.get_by_role("region", name="Audit log")).to_be_visible()
    await expect(page.get_by_role("region", name="Groups")).to_have_count(0)
