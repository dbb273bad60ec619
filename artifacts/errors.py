"""What is wrong with content."""


class InvalidArtifactError(ValueError):
    """The content is not what its media type says, or is not safe to unpack. The message is for a person."""
