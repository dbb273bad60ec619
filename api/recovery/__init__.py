"""How a workflow that cannot continue is restarted from its records, or ended."""
