"""Reports from a web server's log what people read."""
