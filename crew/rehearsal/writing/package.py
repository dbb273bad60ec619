"""The Python package that the rehearsal coder writes: small, runnable, and tested with the standard library alone."""

from __future__ import annotations

from crew.markdown import escape_markdown
from crew.reading.requirements import Requirement
from crew.rehearsal.task_context import TaskContext
from crew.rehearsal.writing import package_templates as templates
from crew.rehearsal.writing.document import changes_section, rehearsal_notice
from crew.rehearsal.writing.python_names import PythonNames, names_for, package_name

VERSION = "0.1.0"

NOTICE = "REHEARSAL.md"
"""What says, in code that was given, what the rehearsal added to it."""


def package_files(context: TaskContext, broken: bool) -> dict[str, str]:
    """Return the project's files by path, beside those that it was given. If `broken`, the first requirement has a
    defect that its test finds."""
    name = package_name(context.package_title)
    pairs = [(each, names_for(context.package_title, each)) for each in context.requirements]
    code = _code(name, pairs, broken)
    if context.given is not None:
        return {**code, NOTICE: _notice(context, name), **context.given}
    return {
        "pyproject.toml": _pyproject(name),
        "README.md": _readme(context, name, pairs),
        "CHANGES.md": _changes(context),
        **code,
    }


def _code(name: str, pairs: list[tuple[Requirement, PythonNames]], broken: bool) -> dict[str, str]:
    files = {
        f"{name}/__init__.py": templates.NOTE + _registry(pairs),
        f"{name}/__main__.py": templates.NOTE + templates.MAIN,
        f"{name}/journal.py": templates.NOTE + templates.JOURNAL,
        "tests/__init__.py": "",
    }
    for index, (each, names) in enumerate(pairs):
        values = {
            "label": each.label,
            "text": each.text,
            "package": name,
            "module": names.module,
            "function": names.function,
            "test_class": names.test_class,
            "body": templates.BROKEN_BODY if broken and index == 0 else templates.BODY,
        }
        files[names.path] = templates.NOTE + templates.MODULE.format(**values)
        files[names.test_path] = templates.NOTE + templates.TEST.format(**values)
    return files


def distribution_name(title: str) -> str:
    """Return the distribution name of the project with this title."""
    return package_name(title).replace("_", "-")


def _registry(pairs: list[tuple[Requirement, PythonNames]]) -> str:
    imports = [f"from .{names.module} import {names.function} as {each.key}" for each, names in pairs]
    members = [f"    {each.key}," for each, _ in pairs]
    return "\n".join([*imports, "", "REQUIREMENTS = (", *members, ")", ""])


def _pyproject(name: str) -> str:
    return (
        f'{templates.NOTE}[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n'
        f'[project]\nname = "{name.replace("_", "-")}"\nversion = "{VERSION}"\nrequires-python = ">=3.9"\n\n'
        f'[tool.setuptools]\npackages = ["{name}"]\n'
    )


def _notice(context: TaskContext, name: str) -> str:
    given = len(context.given or ())
    return "\n".join(
        [
            f"> {rehearsal_notice(context)}",
            "",
            f"# {escape_markdown(context.brief.title)}: what the rehearsal added",
            "",
            f"The project began from {given} files. They are here as they were given: a rehearsal changes no code.",
            f"Beside them it wrote the package `{name}`, which records each requirement, and its tests.",
            "",
        ]
    )


def _readme(context: TaskContext, name: str, pairs: list[tuple[Requirement, PythonNames]]) -> str:
    listed = [f"- {each.label}. {escape_markdown(each.text)} (`{names.path}`)" for each, names in pairs]
    return "\n".join(
        [
            f"> {rehearsal_notice(context)}",
            "",
            f"# {escape_markdown(context.brief.title)}",
            "",
            "Each function is a placeholder: it records that it was called, and the tests check that record.",
            "",
            *listed,
            "",
            f"Run it: `python -m {name}`. Test it: `python -m unittest`.",
            "",
        ]
    )


def _changes(context: TaskContext) -> str:
    lines = [f"> {rehearsal_notice(context)}", "", "# Changes"]
    for heading, body in changes_section(context) or [("Initial version", ["There is no earlier version."])]:
        lines += ["", f"## {heading}", "", *body]
    return "\n".join([*lines, ""])
