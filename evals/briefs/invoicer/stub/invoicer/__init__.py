"""A stub that does nothing useful: every hidden test fails on it."""
