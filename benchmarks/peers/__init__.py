"""Runs the same work in BotArmy and in what one could use instead, on the same servers, and prints one table."""
