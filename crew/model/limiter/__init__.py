"""One rate limiter for each provider, key and model, over all projects and workers. In Redis; in memory without it."""
