"""Artifact content as HTML that is safe to put on a page."""

from .fragment import RENDERER_VERSION, RenderSource, render_fragment, render_plain
from .fragment_cache import FragmentCache

__all__ = ["RENDERER_VERSION", "FragmentCache", "RenderSource", "render_fragment", "render_plain"]
