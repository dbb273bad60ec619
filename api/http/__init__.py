"""HTTP conventions that the routes share: ETags, idempotency keys, pagination, strict JSON bodies."""
