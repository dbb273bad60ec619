"""Artifacts over HTTP: negotiated, rendered, compared, downloaded, exported."""
