"""What the terminal shows, and what it asks."""
