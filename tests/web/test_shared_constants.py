"""Constants of the page's scripts that repeat what the API knows: event types, statuses, paths, hidden characters."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest

from api.artifacts.rendering.text import HIDDEN
from api.auth.oidc.errors import SignInProblem
from api.page.documents import MISSING, VIEWS
from models.contracts.enums import FINAL_PROJECT_STATUSES, OPEN_TASK_STATUSES, EventType

SCRIPTS = Path(__file__).parents[2] / "web" / "js"
SENTENCES, KINDS = SCRIPTS / "feed" / "event-sentence.js", SCRIPTS / "feed" / "event-kinds.js"
MODEL, LABELS = SCRIPTS / "project" / "model.js", SCRIPTS / "labels.js"
DOING = SCRIPTS / "project" / "doing.js"


def constant(script: Path, pattern: str) -> str:
    """Return what the pattern's group matches in a script."""
    found = re.search(pattern, script.read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"{script.name} has no {pattern}"
    return found[1]


def keys(script: Path, name: str) -> set[str]:
    """Return the keys of a constant that is an object."""
    return set(re.findall(r"^  (\w+):", constant(script, rf"^const {name} = \{{\n(.*?)^\}};"), re.MULTILINE))


def members(script: Path, name: str) -> set[str]:
    """Return the texts in a constant that is a set."""
    return set(re.findall(r'"(\w+)"', constant(script, rf"\bconst {name} = new Set\(\[(.*?)\]\);")))


@pytest.mark.parametrize(("script", "name"), [(SENTENCES, "SENTENCES"), (KINDS, "KIND_OF"), (SENTENCES, "BADGES")])
def test_the_feed_knows_every_event_type(script: Path, name: str) -> None:
    assert keys(script, name) == set(EventType)


def test_the_sign_in_page_explains_every_problem() -> None:
    assert keys(SCRIPTS / "views" / "signin.js", "PROBLEMS") == set(SignInProblem)


def test_milestones_and_errors_are_event_types() -> None:
    assert members(KINDS, "MILESTONES") < set(EventType)
    assert members(KINDS, "ERRORS") < set(EventType)


def test_the_project_knows_what_each_event_makes_stale() -> None:
    assert keys(MODEL, "STALE") == set(EventType) - {EventType.TASK_PROGRESS}  # it is not in the log
    assert members(DOING, "ENDS_PROGRESS") < set(EventType)


def test_the_page_knows_which_statuses_are_final() -> None:
    assert members(LABELS, "ENDED_STATUSES") == set(FINAL_PROJECT_STATUSES)
    assert members(LABELS, "OPEN_TASK_STATUSES") == set(OPEN_TASK_STATUSES)


def test_the_page_shows_the_hidden_characters_that_the_api_shows() -> None:
    characters = constant(SCRIPTS / "text.js", r"^const HIDDEN = /(.*)/u;$")
    pattern = re.sub(r"\\u\{(\w+)\}", lambda code: chr(int(code[1], 16)), characters.replace(r"\0", r"\x00"))
    shown = set(re.findall(pattern, "".join(map(chr, range(0x110000)))))
    assert shown == {*HIDDEN, "\u200e", "\u200f"}  # and the marks of direction, since a name is short


def test_the_router_opens_the_view_whose_document_the_api_serves() -> None:
    routes = constant(SCRIPTS / "router.js", r"^const ROUTES = \[\n(.*?)^\];")
    patterns = re.findall(r"^  \[(?:/(\S+)/|new RegExp\(`(\S+)`\)), .*/views/(\w+)\.js", routes, re.MULTILINE)
    assert len(patterns) == len(routes.splitlines())
    id = constant(SCRIPTS / "router.js", r'^const ID = "(.*)";$')
    views = {(literal or built).replace(r"\/", "/").replace("${ID}", id): view for literal, built, view in patterns}
    for path, view in VIEWS.items():
        address = path.replace("{project_id}", str(uuid4()))
        assert [opened for pattern, opened in views.items() if re.search(pattern, address)] == [view]
    assert set(views.values()) == set(VIEWS.values())
    assert f"views/{MISSING}.js" in (SCRIPTS / "router.js").read_text()
