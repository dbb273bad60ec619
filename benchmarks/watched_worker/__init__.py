"""The shipped worker, as `python -m benchmarks.watched_worker`. It writes down how long its event loop was blocked, and
how long its steps went without a heartbeat."""
