"""What the tests of the page share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

NewPage = Callable[..., Awaitable[Page]]
"""Opens a page of its own context; see conftest.py."""
