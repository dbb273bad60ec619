"""The error of invalid content."""


class InvalidArtifactError(ValueError):
    """The content does not match its media type, or is not safe to unpack. The message is written for people."""
