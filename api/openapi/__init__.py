"""The OpenAPI document, beyond what FastAPI generates."""
