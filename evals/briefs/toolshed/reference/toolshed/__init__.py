"""A tool library: who has borrowed what, and until when."""
