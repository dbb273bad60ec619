"""Health of the servers that the API needs, and of the workers."""
