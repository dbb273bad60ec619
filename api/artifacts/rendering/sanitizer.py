"""The allow-list that all HTML passes last: no other tag, attribute, class or URL scheme gets out."""

from __future__ import annotations

import nh3

from api.artifacts.rendering.highlighting import CLASSES
from api.artifacts.rendering.languages import NAMES

SCHEMES = {"http", "https", "mailto"}

ALIGNMENTS = {"align-left", "align-center", "align-right"}

TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip

ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "span": {"title"}}

CLASS_NAMES = {
    "blockquote": {"caution"},
    "code": {f"language-{name}" for name in NAMES},
    "p": {"caption", "definition", "note"},
    "span": CLASSES | {"image", "local", "size"},
    "td": ALIGNMENTS,
    "th": ALIGNMENTS,
    "ul": {"files"},
}

REL, TARGET = "noopener noreferrer nofollow", "_blank"

_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    allowed_classes=CLASS_NAMES,
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=REL,
    set_tag_attribute_values={"a": {"target": TARGET}},
)


def sanitize(html: str) -> str:
    """Return the HTML with nothing but what the list allows, and with every tag closed."""
    return _CLEANER.clean(html)
