"""The Python package that the rehearsal coder writes: small, runnable, and tested by the standard library alone."""

from __future__ import annotations

from crew.rehearsal import templates
from crew.rehearsal.document import changes, escaped, rehearsal_line
from crew.rehearsal.names import Names, names, package_name
from crew.rehearsal.requirements import Requirement
from crew.rehearsal.work import Work

VERSION = "0.1.0"


def package(work: Work, broken: bool) -> dict[str, str]:
    """The project's files by path. With `broken`, its first requirement has a real defect that its test finds."""
    name = package_name(work.brief.title)
    pairs = [(each, names(work.brief.title, each)) for each in work.requirements]
    files = {
        "pyproject.toml": _pyproject(name),
        "README.md": _readme(work, name, pairs),
        "CHANGES.md": _changes(work),
        f"{name}/__init__.py": templates.NOTE + _registry(pairs),
        f"{name}/__main__.py": templates.NOTE + templates.MAIN,
        f"{name}/journal.py": templates.NOTE + templates.JOURNAL,
        "tests/__init__.py": "",
    }
    for index, (each, named) in enumerate(pairs):
        words = {
            "label": each.label,
            "text": each.text,
            "package": name,
            "module": named.module,
            "function": named.function,
            "test_class": named.test_class,
            "body": templates.BROKEN_BODY if broken and index == 0 else templates.BODY,
        }
        files[named.path] = templates.NOTE + templates.MODULE.format(**words)
        files[named.test_path] = templates.NOTE + templates.TEST.format(**words)
    return files


def distribution_name(title: str) -> str:
    """The name under which the project with this title installs."""
    return package_name(title).replace("_", "-")


def _registry(pairs: list[tuple[Requirement, Names]]) -> str:
    imports = [f"from .{named.module} import {named.function} as {each.key}" for each, named in pairs]
    members = [f"    {each.key}," for each, _ in pairs]
    return "\n".join([*imports, "", "REQUIREMENTS = (", *members, ")", ""])


def _pyproject(name: str) -> str:
    return (
        f'{templates.NOTE}[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n'
        f'[project]\nname = "{name.replace("_", "-")}"\nversion = "{VERSION}"\nrequires-python = ">=3.9"\n\n'
        f'[tool.setuptools]\npackages = ["{name}"]\n'
    )


def _readme(work: Work, name: str, pairs: list[tuple[Requirement, Names]]) -> str:
    listed = [f"- {each.label}. {escaped(each.text)} (`{named.path}`)" for each, named in pairs]
    return "\n".join(
        [
            f"> {rehearsal_line(work)}",
            "",
            f"# {escaped(work.brief.title)}",
            "",
            "Each function stands for the real one: it records what was asked of it, and the tests hold it to that.",
            "",
            *listed,
            "",
            f"Run it: `python -m {name}`. Test it: `python -m unittest`.",
            "",
        ]
    )


def _changes(work: Work) -> str:
    lines = [f"> {rehearsal_line(work)}", "", "# Changes"]
    for heading, body in changes(work) or [("First version", ["Nothing came before it."])]:
        lines += ["", f"## {heading}", "", *body]
    return "\n".join([*lines, ""])
