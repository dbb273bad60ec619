"""The Python package that the rehearsal coder writes: small, runnable, and tested by the standard library alone."""

from __future__ import annotations

from activities.agents.rehearsal.document import changes, escaped, rehearsal_line
from activities.agents.rehearsal.names import Names, names, package_name
from activities.agents.rehearsal.requirements import Requirement
from activities.agents.rehearsal.work import Work

VERSION = "0.1.0"

_NOTE = "# Rehearsal: written offline by BotArmy's rehearsal coder; no model was asked.\n"

_JOURNAL = '''"""What was done, in order."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """One thing done: the requirement's label, its text, and for whom."""

    label: str
    requirement: str
    caller: str


@dataclass
class Journal:
    """Entries in the order in which they were recorded."""

    entries: list[Entry] = field(default_factory=list)

    def record(self, entry: Entry) -> Entry:
        """Keep an entry, and hand it back."""
        self.entries.append(entry)
        return entry
'''

_MODULE = '''from .journal import Entry, Journal

LABEL = {label!r}
REQUIREMENT = {text!r}


def {function}(journal: Journal, caller: str) -> Entry:
    """Do what REQUIREMENT says for a caller; the journal then holds the entry that is returned."""
    {body}
'''

_BODY = "return journal.record(Entry(LABEL, REQUIREMENT, caller))"
# The rehearsed defect: the work is announced and not recorded.
_BROKEN_BODY = "return Entry(LABEL, REQUIREMENT, caller)"

_TEST = """import unittest

from {package}.{module} import {function}
from {package}.journal import Journal


class {test_class}(unittest.TestCase):
    def test_the_entry_names_requirement_and_caller(self) -> None:
        entry = {function}(Journal(), "ada")
        self.assertEqual(entry.label, {label!r})
        self.assertEqual(entry.requirement, {text!r})
        self.assertEqual(entry.caller, "ada")

    def test_it_is_recorded_each_time(self) -> None:
        journal = Journal()
        done = [{function}(journal, caller) for caller in ("ada", "grace")]
        self.assertEqual(journal.entries, done)


if __name__ == "__main__":
    unittest.main()
"""

_MAIN = '''"""Runs every requirement once and prints the journal."""

from . import REQUIREMENTS
from .journal import Journal


def main() -> None:
    journal = Journal()
    for requirement in REQUIREMENTS:
        requirement(journal, "main")
    for entry in journal.entries:
        print(ascii(f"{entry.label}: {entry.requirement}")[1:-1])


if __name__ == "__main__":
    main()
'''


def package(work: Work, broken: bool) -> dict[str, str]:
    """The project's files by path. With `broken`, its first requirement has a real defect that its test finds."""
    name = package_name(work.brief.title)
    pairs = [(each, names(work.brief.title, each)) for each in work.requirements]
    files = {
        "pyproject.toml": _pyproject(name),
        "README.md": _readme(work, name, pairs),
        "CHANGES.md": _changes(work),
        f"{name}/__init__.py": _NOTE + _registry(pairs),
        f"{name}/__main__.py": _NOTE + _MAIN,
        f"{name}/journal.py": _NOTE + _JOURNAL,
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
            "body": _BROKEN_BODY if broken and index == 0 else _BODY,
        }
        files[named.path] = _NOTE + _MODULE.format(**words)
        files[named.test_path] = _NOTE + _TEST.format(**words)
    return files


def distribution_name(title: str) -> str:
    """The name under which the project with this title installs."""
    return package_name(title).replace("_", "-")


def _registry(pairs: list[tuple[Requirement, Names]]) -> str:
    imports = [f"from .{named.module} import {named.function} as {each.label.lower()}" for each, named in pairs]
    members = [f"    {each.label.lower()}," for each, _ in pairs]
    return "\n".join([*imports, "", "REQUIREMENTS = (", *members, ")", ""])


def _pyproject(name: str) -> str:
    return (
        f'{_NOTE}[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n'
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
