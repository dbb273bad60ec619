"""The Agent protocol and its implementations."""
