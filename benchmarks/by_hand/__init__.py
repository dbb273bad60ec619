"""A service written by hand with BotArmy's edges, as a team would write it for this one pipeline.

FastAPI starts a Temporal workflow and sends it the decision; each step writes one row and one event in one statement
and publishes the event in Redis; a WebSocket relays it. It has what the benchmark's client uses, and nothing else: no
versions, no amendments, no expiry, no idempotency, no catching up on a missed event, one pipeline.
"""
