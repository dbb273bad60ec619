"""docs/life-of-a-response.md: each function and class that it names is defined in the file that it names."""

from __future__ import annotations

import ast
import re

import pytest

from tests.checkout import CHECKOUT
from tests.docs.pages import code, read

PAGE = read("docs/life-of-a-response.md")
FILE = r"[\w/-]+/[\w.-]+\.(?:py|js)"
SYMBOL = r"(?:[A-Za-z_]\w*\.)?[A-Za-z_]\w*"
LOCATED = re.findall(rf"`({SYMBOL})`\s+(?:in\s+|from\s+|\()`({FILE})`", PAGE)
"""Each symbol that is followed by its file: "`respond` in `api/routes/hitl.py`"."""

DATA = {"decision_id", "error", "respond"}
"""Names of fields, events and signals."""


def symbols(file: str) -> set[str]:
    """The functions, classes and methods of a file, the methods with and without their class."""
    source = (CHECKOUT / file).read_text()
    if file.endswith(".js"):
        words = set(re.findall(r"(\w+)(?=\s*(?:\(|:|=))", source))
        return words | {f"{name}.{word}" for name in re.findall(r"const (\w+) = \{", source) for word in words}
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if hasattr(inner, "name")}
    module = file.rpartition("/")[2].removesuffix(".py")
    return found | {f"{module}.{name}" for name in found}


@pytest.mark.parametrize(("symbol", "file"), LOCATED)
def test_a_symbol_is_defined_in_the_file_that_follows_it(symbol: str, file: str) -> None:
    assert symbol in symbols(file)


def test_any_other_symbol_is_defined_in_a_file_of_its_section() -> None:
    located = {symbol for symbol, _ in LOCATED}
    for section in PAGE.split("\n## ")[1:]:
        spans = code(section)
        defined = set().union(*(symbols(span) for span in spans if re.fullmatch(FILE, span)))
        others = {span for span in spans if re.fullmatch(SYMBOL, span) and not span.isupper()}
        assert others - located - DATA <= defined, section.partition("\n")[0]
