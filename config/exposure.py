"""Refuses to serve an API without sign-in to other machines."""

from __future__ import annotations

from config.settings import Settings


def find_exposure(settings: Settings) -> str | None:
    """Return why these settings would expose the API, with the remedies; None if they do not."""
    if not settings.is_exposed or settings.insecure:
        return None
    return (
        f"settings: BOTARMY_HOST={settings.host} would let everybody who reaches this machine do everything, since "
        "BOTARMY_AUTH is none. Set BOTARMY_AUTH=local, so that people sign in; or set BOTARMY_HOST=127.0.0.1, so that "
        "only this machine reaches it; or set BOTARMY_INSECURE=yes, if the network is trusted."
    )
