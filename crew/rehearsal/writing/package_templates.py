"""The text of the generated modules. Words of the brief appear in them only as Python literals or checked names."""

NOTE = "# Rehearsal: written offline by BotArmy's rehearsal coder; no model was used.\n"
TESTER_NOTE = NOTE.replace("coder", "tester")

JOURNAL = '''"""A journal of calls, in order."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """One call: the requirement's label, its text, and the caller."""

    label: str
    requirement: str
    caller: str


@dataclass
class Journal:
    """Entries in the order in which they were recorded."""

    entries: list[Entry] = field(default_factory=list)

    def record(self, entry: Entry) -> Entry:
        """Add an entry and return it."""
        self.entries.append(entry)
        return entry
'''

MODULE = '''from .journal import Entry, Journal

LABEL = {label!r}
REQUIREMENT = {text!r}


def {function}(journal: Journal, caller: str) -> Entry:
    """Do what REQUIREMENT says for a caller, and return the journal entry."""
    {body}
'''

BODY = "return journal.record(Entry(LABEL, REQUIREMENT, caller))"
# The rehearsed defect: the entry is returned but not recorded.
BROKEN_BODY = "return Entry(LABEL, REQUIREMENT, caller)"

TEST = """import unittest

from {package}.{module} import {function}
from {package}.journal import Journal


class {test_class}(unittest.TestCase):
    def test_the_entry_names_the_requirement_and_the_caller(self) -> None:
        entry = {function}(Journal(), "ada")
        self.assertEqual(entry.label, {label!r})
        self.assertEqual(entry.requirement, {text!r})
        self.assertEqual(entry.caller, "ada")

    def test_each_call_is_recorded(self) -> None:
        journal = Journal()
        done = [{function}(journal, caller) for caller in ("ada", "grace")]
        self.assertEqual(journal.entries, done)


if __name__ == "__main__":
    unittest.main()
"""

ACCEPTANCE_TEST = """import unittest

import product


class {test_class}(unittest.TestCase):
    def test_the_program_reports_it(self) -> None:
        {docstring!r}
        done = product.run()
        self.assertEqual(done.code, 0, done.err)
        self.assertIn({line!r}, done.out.splitlines())
"""

MAIN = '''"""Call every function once and print the journal."""

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


def printed(label: str, text: str) -> str:
    """Return the line that MAIN prints about a requirement."""
    return ascii(f"{label}: {text}")[1:-1]
