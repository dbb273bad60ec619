"""Names for generated code: valid Python, unique, and close to the words of the brief."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass

from artifacts.paths import RESERVED, fold_to_ascii
from crew.reading.requirements import Requirement

_MAX_LENGTH = 40
# Names that would shadow modules that the generated project needs, or that are not valid folder names.
_RESERVED_PACKAGES = sys.stdlib_module_names | {"tests", "setuptools", "pip", "build", "dist"} | RESERVED

# Names that the generated modules and tests use themselves.
_USED_BY_TEMPLATES = {"journal", "entry", "done", "caller", "unittest", "self", "super", "print", "ascii", "list"}


@dataclass(frozen=True, slots=True)
class PythonNames:
    """The names for one requirement: its key makes `module` unique in the package."""

    package: str
    module: str
    function: str

    @property
    def path(self) -> str:
        return f"{self.package}/{self.module}.py"

    @property
    def test_path(self) -> str:
        return f"tests/test_{self.module}.py"

    @property
    def test_class(self) -> str:
        return "".join(word.capitalize() for word in self.module.split("_")) + "Test"


def names_for(title: str, requirement: Requirement) -> PythonNames:
    """Return the names for one requirement of the project with this title."""
    # "Export: a team lead can ..." becomes export.
    head, colon, _ = requirement.text.partition(":")
    slug = _slug(head if colon and len(head.split()) <= 5 else requirement.text)
    key = requirement.key
    usable = slug.isidentifier() and not keyword.iskeyword(slug) and slug not in _USED_BY_TEMPLATES
    return PythonNames(
        package=package_name(title),
        # Two underscores, which neither part has: FR-1 "1 click" and FR-1.1 "click" are different modules.
        module=f"{key}__{slug}" if slug else key,
        function=slug if usable else f"deliver_{key}",
    )


def package_name(title: str) -> str:
    """Return the import name of the project with this title."""
    slug = _slug(title) or "project"
    if not slug.isidentifier():
        slug = f"project_{slug}"
    return f"{slug}_project" if keyword.iskeyword(slug) or slug in _RESERVED_PACKAGES else slug


def _slug(text: str) -> str:
    """Return the text's ASCII words in lower case, joined by "_", at most _MAX_LENGTH characters, or ""."""
    ascii_text = fold_to_ascii(text)
    slug = ""
    for word in re.findall(r"[a-z0-9]+", ascii_text.replace("'", "")):
        if len(slug) + len(word) + 1 > _MAX_LENGTH:
            break
        slug = f"{slug}_{word}" if slug else word
    return slug or "".join(re.findall(r"[a-z0-9]+", ascii_text))[:_MAX_LENGTH]
