"""Desk booking: a small HTTP service."""
