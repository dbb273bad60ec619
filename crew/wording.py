"""Wording that the documents of every crew contain."""

from __future__ import annotations

UNCONFINED = (
    "> [!CAUTION]\n> **NOT CONFINED.** This machine supports neither namespaces nor Landlock with seccomp: while it "
    "ran, this code could read, change and reach everything that the worker can.\n"
)
NOT_INDEPENDENT = (
    "No independent tests ran: this pipeline has no acceptance tests, so that the code was only tested by its author."
)


def title_of(type: str) -> str:
    """Return the heading of a document of this type."""
    return type.replace("_", " ").capitalize()
