"""Briefs that a crew delivers, each with hidden acceptance tests, and the command that does it:
`botarmy eval`. `evals.briefs` describes a folder."""
