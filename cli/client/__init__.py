"""The API, as the command line calls it."""
