"""`python -m tests.docs` rewrites the generated tables of docs/api.md."""

from __future__ import annotations

from tests.docs.event_tables import PAGE, with_tables

if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
