"""Names in generated code: valid Python, unique, and close to the words of the brief."""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata
from dataclasses import dataclass

from artifacts.paths import RESERVED
from crew.rehearsal.requirements import Requirement

_LONGEST = 40
# Names that would shadow what the generated project itself imports or is built with, or cannot be a folder's.
_TAKEN = sys.stdlib_module_names | {"tests", "setuptools", "pip", "build", "dist"} | RESERVED

# Names that the generated modules and tests use for their own.
_SPOKEN_FOR = {"journal", "entry", "done", "caller", "unittest", "self", "super", "print", "ascii", "list"}


@dataclass(frozen=True, slots=True)
class Names:
    """One requirement's names: `module` is unique in the package by its key, `function` within its module."""

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


def names(title: str, requirement: Requirement) -> Names:
    """The names for one requirement of the project with this title."""
    # "Export: a team lead can ..." is called export.
    head, colon, _ = requirement.text.partition(":")
    slug = _slug(head if colon and len(head.split()) <= 5 else requirement.text)
    key = requirement.key
    usable = slug.isidentifier() and not keyword.iskeyword(slug) and slug not in _SPOKEN_FOR
    return Names(
        package=package_name(title),
        module=f"{key}_{slug}" if slug else key,
        function=slug if usable else f"deliver_{key}",
    )


def package_name(title: str) -> str:
    """The import name of the project with this title."""
    slug = _slug(title) or "project"
    if not slug.isidentifier():
        slug = f"project_{slug}"
    return f"{slug}_project" if keyword.iskeyword(slug) or slug in _TAKEN else slug


def _slug(text: str) -> str:
    """Lower-case ASCII words joined by "_", cut at a word within _LONGEST characters; "" where there is none."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = ""
    for word in re.findall(r"[a-z0-9]+", ascii_text.replace("'", "")):
        if len(slug) + len(word) + 1 > _LONGEST:
            break
        slug = f"{slug}_{word}" if slug else word
    return slug or "".join(re.findall(r"[a-z0-9]+", ascii_text))[:_LONGEST]
