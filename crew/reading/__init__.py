"""Reads requirements from briefs in Markdown, or in whatever people paste, and from the crew's own documents."""
