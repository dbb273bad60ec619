"""Benchmarks of the whole system against bare Temporal, through the public API: `make bench`."""
