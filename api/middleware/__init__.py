"""ASGI middleware: access log, body limit, Host and Origin checks."""
