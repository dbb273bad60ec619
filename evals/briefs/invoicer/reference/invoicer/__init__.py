"""Prints and exports invoices."""
