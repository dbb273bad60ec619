"""The agents of the model crew, one for each kind of work."""
