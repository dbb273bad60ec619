"""The only code that workflows use to touch the world."""
