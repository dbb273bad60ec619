"""Artifacts over HTTP: content negotiation, rendering, comparison, download, export."""
