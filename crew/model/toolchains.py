"""The toolchain of a step: what its plan or its code is written for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from artifacts.file_sets import unpack
from artifacts.media_types import FILES
from crew.model.outputs import ENTRY_POINT
from crew.protocol import Assignment
from models.contracts.names import BuiltInArtifact
from sandbox.runner.modules import source_folders
from sandbox.toolchain import Toolchain, python, recognise, toolchains


def toolchain_of(assignment: Assignment) -> Toolchain:
    """Return the toolchain that the plan's entry point belongs to, else the code's that is there, else Python's."""
    plan = assignment.input(BuiltInArtifact.IMPLEMENTATION_PLAN)
    for toolchain in toolchains().values():
        if plan is not None and planned_entry(plan.text, toolchain) is not None:
            return toolchain
    code = assignment.input(BuiltInArtifact.SOURCE_CODE)
    return recognise(unpack(code.content)) if code is not None and code.media_type == FILES else python()


def planned_entry(plan: str, toolchain: Toolchain) -> str | None:
    """Return the entry point that a plan names, if it looks like one of this toolchain."""
    found = re.search(rf"^{re.escape(ENTRY_POINT)}\s*`?({toolchain.entry})(?![\w./-])", plan, re.MULTILINE)
    return found[1] if found else None


def entry_point(plan: str | None, files: Mapping[str, str], toolchain: Toolchain) -> str | None:
    """Return what runs the product: what the plan names, else the only Python package with a `__main__`."""
    if plan is not None and (found := planned_entry(plan, toolchain)) is not None:
        return found
    folders = "|".join(f"{folder}/" for folder in source_folders(files))
    matches = (re.fullmatch(rf"(?:{folders})?([A-Za-z_]\w*)/__main__\.py", path) for path in files)
    packages = [each[1] for each in matches if each]
    return packages[0] if len(packages) == 1 and toolchain == python() else None
