"""`python -m tests.docs` rewrites what is generated: tables in docs/api.md and docs/operations.md, and .env.example."""

from __future__ import annotations

from tests.docs import event_tables, settings_pages

if __name__ == "__main__":
    for path, updated in (
        (event_tables.PAGE, event_tables.with_tables),
        (settings_pages.PAGE, settings_pages.with_table),
        (settings_pages.EXAMPLE, settings_pages.with_settings),
    ):
        path.write_text(updated(path.read_text(encoding="utf-8")), encoding="utf-8")
