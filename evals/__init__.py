"""Briefs that a crew carries to a delivery, each with hidden acceptance tests, and the command that does it:
`botarmy eval`. `evals.briefs` describes a folder."""
