"""Checks every documentation page: links, paths, commands, diagrams."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from cli.main import app
from evals.__main__ import app as evals
from tests.checkout import CHECKOUT
from tests.docs.pages import PAGES, anchors, blocks, code, links, name_of, read

BOTARMY = typer.main.get_command(app)
EVAL = typer.main.get_command(evals)
"""What `botarmy eval` replaces itself with: its options are declared there."""
MAKEFILE = (CHECKOUT / "Makefile").read_text()
FOLDERS = (
    r"(activities|api|artifacts|benchmarks|cli|config|crew|docs|evals|examples|migrations|models|pipelines|sandbox|store|"
    r"tests|web|worker|workflows)/"
)

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def commands_of(text: str) -> list[str]:
    """Return the commands of a page: the lines of its shell blocks, with continuations joined, and its code spans."""
    lines = [
        line
        for block in blocks(text)
        if block.info.split()[:1] == ["sh"]
        for line in block.text.replace("\\\n", " ").splitlines()
    ]
    return [*lines, *code(text)]


def uses_of(text: str, command: str) -> list[list[str]]:
    """Return the arguments of each use of a command on a page."""
    found = []
    for line in commands_of(text):
        match = re.match(rf"(?:\S*/)?{command} (.+)", line)
        if match:
            found.append(shlex.split(match[1], comments=True))
    return found


@each_page
def test_links_resolve(page: Path) -> None:
    for link in links(page.read_text()):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


@each_page
def test_named_paths_exist(page: Path) -> None:
    for name in code(page.read_text()):
        if re.match(FOLDERS, name) and re.fullmatch(r"[\w/.\-]+", name) and "NAME" not in name:
            assert (CHECKOUT / name).exists(), name


@each_page
def test_named_make_targets_exist(page: Path) -> None:
    for target, *rest in uses_of(page.read_text(), "make"):
        assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), target
        for word in rest:
            assert f"({word.partition('=')[0]})" in MAKEFILE or f" {word.partition('=')[0]})" in MAKEFILE, word


@each_page
def test_named_botarmy_commands_and_options_exist(page: Path) -> None:
    commands = BOTARMY.commands  # type: ignore[attr-defined]
    for words in uses_of(page.read_text(), "botarmy"):
        assert words[0] in commands, words
        command = EVAL if words[0] == "eval" else commands[words[0]]
        if len(words) > 1:
            command = getattr(command, "commands", {}).get(words[1], command)
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("-")} <= options, words


def test_the_changelog_names_every_command() -> None:
    named = {words.removeprefix("botarmy ").split()[0] for words in code(read("CHANGELOG.md"))}
    assert set(BOTARMY.commands) <= named  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", sorted((CHECKOUT / "docs" / "decisions").glob("0*.md")), ids=name_of)
def test_every_decision_has_a_status(page: Path) -> None:
    _, second, *_ = page.read_text().split("\n\n")
    assert second.startswith("**Status:** "), second


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
def test_pages_have_diagrams(name: str) -> None:
    found = [block.text for block in blocks(read(name)) if block.info == "mermaid"]
    assert found
    kinds = ("flowchart", "sequenceDiagram", "stateDiagram-v2")
    assert all(text.startswith(kinds) for text in found)


@each_page
def test_a_page_names_no_local_path(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"/(root|home|work|tmp|Users|opt)/", text)
    assert str(CHECKOUT) not in text
    assert not re.search(r"[\U0001F300-\U0001FAFF\u2600-\u27BF]", text)


@each_page
def test_prose_has_at_most_120_columns(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert [line for line in prose.splitlines() if len(line) > 120 and not line.startswith("|")] == []
