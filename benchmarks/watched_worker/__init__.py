"""The shipped worker, as `python -m benchmarks.watched_worker`. It measures how long its event loop was blocked, and
how long its steps went without a heartbeat."""
