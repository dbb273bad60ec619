"""Which clients get HTML, and which have a current copy."""

from __future__ import annotations

import pytest

from api.artifacts.negotiation import prefers_html
from api.http.etags import is_not_modified, make_etag


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "TEXT/HTML",
        "text/html;charset=utf-8",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json;q=0.5, text/html",
        "text/*",
        "application/json;q=0.1, */*",
        "text/html;q=0.001",
        "application/json;q=0, */*;q=0.5",
    ],
)
def test_html_is_preferred(accept: str) -> None:
    assert prefers_html(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/json",
        "application/*",
        "text/html, application/json",
        "text/html;q=0.5, application/json",
        "text/html;q=0.5, */*",
        "text/html;q=0",
        "text/html;q=0, text/*",
        "text/html;q=2",
        "text/html;q=high",
        "text/html;q=-1",
        "text/htmlx",
        ",;,=;q",
        "image/png",
        "\x00",
    ],
)
def test_json_is_preferred_otherwise(accept: str) -> None:
    assert not prefers_html(accept)


def test_tags_are_compared_whole_and_weakly() -> None:
    tag = make_etag("abc")
    assert tag == '"abc"'
    assert make_etag("abc", None, "d", weak=True) == 'W/"abc.d"'
    for header in ('"abc"', 'W/"abc"', '"x", "abc"', ' "x" ,W/"abc" ', "*", " * "):
        assert is_not_modified(header, tag), header
    for other in (None, "", "abc", '"ab"', '"abc.d"', '"x"', '"abc', "W/abc"):
        assert not is_not_modified(other, tag), other
