"""The REST and WebSocket API: FastAPI over the store and the workflows."""
