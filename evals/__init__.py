"""Briefs that a crew carries to a delivery, each with hidden acceptance tests. `evals.briefs` describes a folder."""
