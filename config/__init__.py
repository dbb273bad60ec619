"""Settings, logging, version and server addresses. Importing any of these modules has no side effect."""
