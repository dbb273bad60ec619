"""How a response reaches its workflow, and how the caller gets the outcome."""
