"""uvicorn as the API configures it: its protocols, limits and timeouts."""
