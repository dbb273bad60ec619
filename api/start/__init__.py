"""The start of a project: its settings, chosen or taken over from its parent, and what it begins from."""
