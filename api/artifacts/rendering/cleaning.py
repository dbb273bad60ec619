"""The last door: whatever made the HTML, no tag, attribute, class or address gets out that is not listed here."""

from __future__ import annotations

import nh3

from api.artifacts.rendering.colours import CLASSES
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


def cleaned(html: str) -> str:
    """The HTML with nothing but what is allowed, and with every tag closed."""
    return _CLEANER.clean(html)
