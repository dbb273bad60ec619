"""Writes the crew's documents and the Python package that its coder delivers."""
