"""MCP servers, whose tools a role may list. Nothing of what they say is trusted, neither a schema nor a size."""
