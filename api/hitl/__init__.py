"""How a response reaches its workflow, and how its caller learns the outcome."""
