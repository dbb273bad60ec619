"""A product, and what the stages of `software-delivery` say on the way to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from tests.provider.turn import Data


class Example(Data):
    """What goes in, and what is to come out."""

    input: str
    expected: str


class Requirement(Data):
    """One requirement; `id` is "R1", "R2", ..."""

    id: str
    text: str
    criterion: str
    examples: tuple[Example, ...] = ()


class Specification(Data):
    """The typed output `software_specification`."""

    summary: str
    requirements: tuple[Requirement, ...]
    out_of_scope: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()


class Module(Data):
    """One module of a plan; `requirements` are ids."""

    path: str
    purpose: str
    signatures: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()


class Plan(Data):
    """The typed output `implementation_plan`; `python -m` runs the entry point."""

    entry_point: str
    modules: tuple[Module, ...]
    order: tuple[str, ...] = ()


class Product(Data):
    """Everything that a crew writes; `files` hold the product's own tests, too."""

    specification: Specification
    plan: Plan
    acceptance_tests: Mapping[str, str]
    files: Mapping[str, str]

    @property
    def tests(self) -> tuple[str, ...]:
        """The paths of the product's own tests."""
        return tuple(path for path in self.files if Path(path).name.startswith("test_"))

    def project_plan(self) -> dict[str, JsonValue]:
        """The typed output `project_plan`."""
        specification = self.specification
        return {
            "summary": specification.summary,
            "users": ["The writer of the brief"],
            "goals": [requirement.text for requirement in specification.requirements],
            "out_of_scope": list(specification.out_of_scope),
            "risks": ["A requirement may be read in two ways."],
            "open_questions": list(specification.open_questions),
        }

    def architecture(self) -> dict[str, JsonValue]:
        """The typed output `system_architecture`."""
        return {
            "overview": self.specification.summary,
            "components": [{"name": one.path, "responsibility": one.purpose} for one in self.plan.modules],
            "decisions": ["Only the standard library is used."],
        }

    def delivery(self) -> dict[str, JsonValue]:
        """What the deployer writes."""
        name = self.plan.entry_point
        return {
            "readme": f"# {name}\n\n{self.specification.summary}\n\nRun it with `python -m {name}`.\n",
            "agents_md": "# For agents\n\nRun the tests with `python -m unittest`.\n",
            "release_notes": "# Release notes\n\nThe first version.\n",
        }

    @classmethod
    def of_brief(cls, folder: Path) -> Product:
        """The product of an eval's brief: `script.json` and the files of the folder `reference`.

        The provider knows a brief's requests by the name of its entry point, so the brief and the specification must
        name it.
        """
        reference = folder / "reference"
        paths = sorted(path for path in reference.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        files = {path.relative_to(reference).as_posix(): path.read_text() for path in paths}
        product = cls.model_validate({**json.loads((folder / "script.json").read_text()), "files": files})
        name = product.plan.entry_point
        for where, text in (
            ("brief.md", (folder / "brief.md").read_text()),
            ("script.json's specification", product.specification.model_dump_json()),
        ):
            if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                raise ValueError(f"{folder.name}: {where} does not name the entry point, {name!r}")
        return product
