"""Settings, logging, version, and how servers are reached. Importing any of it has no side effect."""
