"""What outlives a process: all SQL and the event bus."""
