"""Sizes in words."""

from __future__ import annotations

from config.sizes import format_count, format_size


def test_sizes_have_readable_units() -> None:
    assert [format_size(size) for size in (0, 1023, 1024, 1536, 2**20, 256 * 2**20)] == [
        "0 B", "1023 B", "1 KiB", "1.5 KiB", "1 MiB", "256 MiB",
    ]  # fmt: skip


def test_a_count_has_a_plural_and_thousands() -> None:
    counts = [format_count(number, "file") for number in (0, 1, 2, 1_200)]
    assert counts == ["0 files", "1 file", "2 files", "1,200 files"]
