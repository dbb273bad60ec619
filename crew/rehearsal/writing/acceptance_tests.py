"""The acceptance tests that the rehearsal tester writes: one for each requirement, without knowledge of the code."""

from __future__ import annotations

from crew.rehearsal.task_context import TaskContext
from crew.rehearsal.writing.package_templates import ACCEPTANCE_TEST, TESTER_NOTE, printed
from crew.rehearsal.writing.python_names import names_for


def acceptance_files(context: TaskContext) -> dict[str, str]:
    """Return the test files by path."""
    files = {}
    for each in context.requirements:
        names = names_for(context.brief.title, each)
        files[acceptance_path(names.module)] = TESTER_NOTE + ACCEPTANCE_TEST.format(
            test_class=names.test_class, docstring=f"{each.label}: {each.text}", line=printed(each.label, each.text)
        )
    return files


def acceptance_path(module: str) -> str:
    """Return the path of the acceptance test for the requirement that a module of the package is about."""
    return f"test_{module}.py"
