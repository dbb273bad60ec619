"""Short links: a command and a small redirect service."""
