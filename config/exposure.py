"""Refuses to serve an API without sign-in to other machines, or one whose sign-in cannot work."""

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


def find_provider_problem(settings: Settings) -> str | None:
    """Return what is missing in the settings of the identity provider; None if nothing is."""
    if bool(settings.oidc_issuer) == bool(settings.oidc_client_id):
        return None
    missing, given = ("CLIENT_ID", "ISSUER") if settings.oidc_issuer else ("ISSUER", "CLIENT_ID")
    return f"settings: BOTARMY_OIDC_{given} also needs BOTARMY_OIDC_{missing}."
