"""The settings of where the API listens, and under which URLs it is reached."""

from __future__ import annotations

from pydantic import BaseModel, Field

from config.setting_values import CommaSeparated, PublicUrls


class AddressSettings(BaseModel):
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. With another one than loopback, people must sign in.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    shared_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="A second port to listen on, which several api processes of one machine share.",
    )
    public_url: PublicUrls = Field(
        default=[],
        description="Comma-separated URLs of the API, in addition to loopback. Requests for other host names get 421.",
    )
    allowed_origins: CommaSeparated = Field(
        default=[], description="Comma-separated origins, in addition to the API's, whose pages may call it."
    )

    @property
    def origins(self) -> list[str]:
        """Origins whose pages may call the API: its public URLs, and the additionally allowed ones."""
        return [*self.public_url, *self.allowed_origins]
