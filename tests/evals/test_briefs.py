"""The format of the evals' briefs, without running their products."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from artifacts import file_sets
from evals.briefs import BRIEFS, Brief, Files, load, load_all
from sandbox.runner.discovery import discover

NUMBER = 12
ALL = load_all()

each_brief = pytest.mark.parametrize("brief", ALL, ids=[brief.name for brief in ALL])


def requirement_ids(brief: Brief) -> list[str]:
    return [requirement["id"] for requirement in brief.script.specification["requirements"]]


def functions_in(files: Files) -> Iterator[ast.FunctionDef]:
    for path, text in files.items():
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node


def covered(test: ast.FunctionDef) -> set[str]:
    """Return the requirement ids at the start of a test's docstring."""
    match = re.match(r"(R\d+(?:, R\d+)*): \S", ast.get_docstring(test) or "")
    assert match, f"the docstring of {test.name} does not begin like 'R1, R2: ...'"
    return set(match[1].split(", "))


def imported(files: Files) -> set[str]:
    """Return the top-level modules that are imported."""
    nodes = [node for path, text in files.items() if path.endswith(".py") for node in ast.walk(ast.parse(text, path))]
    absolute = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.partition(".")[0] for name in absolute | plain}


def test_there_are_twelve_briefs() -> None:
    assert len(ALL) == NUMBER
    assert {brief.name for brief in ALL} == {each.name for each in BRIEFS.iterdir()}
    assert any(brief.source for brief in ALL), "no brief changes existing code"


@each_brief
def test_a_brief_has_the_files_that_its_format_names(brief: Brief) -> None:
    expected = {"brief.md", "hidden", "reference", "stub", "script.json"} | ({"source"} if brief.source else set())
    assert {each.name for each in (BRIEFS / brief.name).iterdir()} == expected
    for files in (brief.hidden, brief.script.acceptance_tests):
        assert all(re.fullmatch(r"test_\w+\.py", path) for path in files)
    for files in (brief.reference, brief.stub, brief.source or brief.reference):
        file_sets.check(files)
        assert f"{brief.name}/__main__.py" in files
    assert all(path.startswith(f"{brief.name}/") for path in brief.stub)
    for path, text in (brief.source or {}).items():
        assert path in brief.reference
        assert not path.startswith("tests/") or text == brief.reference[path], (
            "the tests that are there stay as they are"
        )


@each_brief
def test_only_its_own_texts_name_a_product(brief: Brief) -> None:
    """The scripted provider recognises a brief by the name of its product."""
    assert f"python -m {brief.name}" in brief.text
    assert brief.name in str(brief.script.specification)
    assert brief.script.plan["entry_point"] == brief.name
    texts = f"{brief.text} {brief.script.specification} {brief.script.plan}"
    others = {other.name for other in ALL} - {brief.name}
    assert not [other for other in others if re.search(rf"\b{other}\b", texts)]


@each_brief
def test_a_brief_numbers_its_requirements_as_the_specification_does(brief: Brief) -> None:
    section = re.search(r"^## Requirements\n(.*?)^## ", brief.text, re.MULTILINE | re.DOTALL)
    assert section
    numbers = re.findall(r"^(\d+)\. ", section[1], re.MULTILINE)
    assert requirement_ids(brief) == [f"R{number}" for number in numbers]
    assert 5 <= len(numbers) <= 9
    assert re.search(r"^## Out of scope\n", brief.text, re.MULTILINE)
    assert re.search(r"^## Constraints\n", brief.text, re.MULTILINE)


@each_brief
def test_a_specification_has_the_fields_of_the_analysts_output(brief: Brief) -> None:
    specification = brief.script.specification
    assert set(specification) == {"summary", "requirements", "out_of_scope", "open_questions"}
    for requirement in specification["requirements"]:
        assert set(requirement) == {"id", "text", "criterion", "examples"}
        assert requirement["text"]
        assert requirement["criterion"]
        assert requirement["examples"]
        for example in requirement["examples"]:
            assert set(example) == {"input", "expected"}
            assert all(isinstance(value, str) for value in example.values())


@each_brief
def test_a_plan_names_modules_of_the_reference_and_covers_every_requirement(brief: Brief) -> None:
    plan = brief.script.plan
    assert set(plan) == {"entry_point", "modules", "order"}
    paths = [module["path"] for module in plan["modules"]]
    assert all(set(module) == {"path", "purpose", "signatures", "requirements"} for module in plan["modules"])
    assert set(paths) == {path for path in brief.reference if path.endswith(".py")} - {
        path for path in brief.reference if path.startswith("tests/") or path.endswith("__init__.py")
    }
    assert sorted(plan["order"]) == sorted(paths)
    assert {id for module in plan["modules"] for id in module["requirements"]} == set(requirement_ids(brief))


@each_brief
@pytest.mark.parametrize(("kind", "fewest", "most"), [("hidden", 8, 20), ("acceptance", 4, 8), ("unit", 5, 100)])
def test_tests_are_found_and_cover_every_requirement(brief: Brief, kind: str, fewest: int, most: int) -> None:
    new = brief.reference.keys() - (brief.source or {}).keys()
    files = {
        "hidden": brief.hidden,
        "acceptance": brief.script.acceptance_tests,
        "unit": {path: text for path, text in brief.reference.items() if path in new and path.startswith("tests/")},
    }[kind]
    found = discover(files)
    tests = list(functions_in(files))
    assert not found.never_run
    assert len(found.tests) == len(tests)
    assert fewest <= len(tests) <= most
    assert set.union(*map(covered, tests)) == set(requirement_ids(brief))


@each_brief
def test_hidden_and_acceptance_tests_differ(brief: Brief) -> None:
    hidden, acceptance = (
        {"\n".join(map(ast.unparse, test.body[1:])) for test in functions_in(files)}
        for files in (brief.hidden, brief.script.acceptance_tests)
    )
    assert not hidden & acceptance


@each_brief
def test_only_the_standard_library_is_imported(brief: Brief) -> None:
    assert imported(brief.hidden) | imported(brief.script.acceptance_tests) <= sys.stdlib_module_names | {"product"}
    for files in (brief.reference, brief.source or {}):
        assert imported(files) <= sys.stdlib_module_names | {brief.name}


def test_a_folder_that_is_not_a_brief_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"brief\.md"):
        load(tmp_path)
    (tmp_path / "brief.md").touch()
    with pytest.raises(FileNotFoundError, match="hidden is missing"):
        load(tmp_path)
    for name in ("hidden", "reference", "stub"):
        (tmp_path / name).mkdir()
    (tmp_path / "script.json").write_text('{"specification": {}}')
    with pytest.raises(ValueError, match=r"script\.json is not a script"):
        load(tmp_path)
