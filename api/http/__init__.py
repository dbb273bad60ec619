"""HTTP conventions that the routes share: ETags, idempotency keys, pagination, strict JSON bodies,
names that the pipeline must know."""
