"""Every page: its links, its paths, its commands, its pictures."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from pages import CHECKOUT, PAGES, anchors, blocks, code, links, name_of, read

from cli.main import app

BOTARMY = typer.main.get_command(app)
MAKEFILE = (CHECKOUT / "Makefile").read_text()
OURS = r"(activities|api|benchmarks|cli|docs|examples|migrations|models|pipelines|store|tests|worker|workflows)/"

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def shell(text: str) -> list[str]:
    """The commands of a page: the lines of its shell blocks, continued ones in one, and what it says in passing."""
    lines = [
        line
        for block in blocks(text)
        if block.info.split()[:1] == ["sh"]
        for line in block.text.replace("\\\n", " ").splitlines()
    ]
    return [*lines, *code(text)]


def spoken(text: str, command: str) -> list[list[str]]:
    """The arguments of each use of a command on a page."""
    found = []
    for line in shell(text):
        match = re.match(rf"(?:\S*/)?{command} (.+)", line)
        if match:
            found.append(shlex.split(match[1], comments=True))
    return found


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page.read_text()):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


@each_page
def test_paths_that_are_named_exist(page: Path) -> None:
    for name in code(page.read_text()):
        if re.match(OURS, name) and re.fullmatch(r"[\w/.\-]+", name) and "NAME" not in name:
            assert (CHECKOUT / name).exists(), name


@each_page
def test_make_has_the_targets_that_are_named(page: Path) -> None:
    for target, *rest in spoken(page.read_text(), "make"):
        assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), target
        for word in rest:
            assert f"({word.partition('=')[0]})" in MAKEFILE or f" {word.partition('=')[0]})" in MAKEFILE, word


@each_page
def test_botarmy_has_the_commands_and_options_that_are_named(page: Path) -> None:
    commands = BOTARMY.commands  # type: ignore[attr-defined]
    for words in spoken(page.read_text(), "botarmy"):
        assert words[0] in commands, words
        options = {option for parameter in commands[words[0]].params for option in parameter.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("-")} <= options, words


def test_the_changelog_names_every_command() -> None:
    named = {words.removeprefix("botarmy ").split()[0] for words in code(read("CHANGELOG.md"))}
    assert set(BOTARMY.commands) <= named  # type: ignore[attr-defined]


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, waiting = set(), [CHECKOUT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        found = (
            (page.parent / link.partition("#")[0]).resolve() for link in links(page.read_text()) if "://" not in link
        )
        waiting.extend(target for target in found if target.suffix == ".md")
    assert seen >= set(PAGES)


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md", "docs/operations.md", "docs/pipelines.md"])
def test_there_are_pictures(name: str) -> None:
    found = [block.text for block in blocks(read(name)) if block.info == "mermaid"]
    assert found
    kinds = ("flowchart", "sequenceDiagram", "stateDiagram-v2")
    assert all(text.startswith(kinds) for text in found)


@each_page
def test_prose_is_wrapped_and_free_of_this_machine(page: Path) -> None:
    text = page.read_text()
    for line in re.sub(r"^```.*?^```", "", text, flags=re.M | re.S).splitlines():
        assert len(line) <= 120 or line.startswith("|"), line
    assert not re.search(r"/(root|home|work|tmp|Users|opt)/", text)
    assert str(CHECKOUT) not in text
    assert not re.search(r"[\U0001F300-\U0001FAFF\u2600-\u27BF]", text)
