"""The page's types are those of the API."""

from __future__ import annotations

from tests.web.api_types import FILE, rendered


def test_the_types_of_the_page_are_those_of_the_openapi_document() -> None:
    assert FILE.read_text() == rendered(), "run `.venv/bin/python -m tests.web.api_types`"
