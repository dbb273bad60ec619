"""Converts lengths, weights, volumes and temperatures, exactly."""
