"""The wire types that all processes share. They import only pydantic and the standard library."""
