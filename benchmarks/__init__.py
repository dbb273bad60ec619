"""Figures of the whole system against the bare engine, measured over the public API: `make bench`."""
