"""The OAuth app that a run is configured for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_gong_stats.api.oauth.token_file import TokenFile

if TYPE_CHECKING:
    from tap_gong_stats.api.oauth.tokens import Tokens
    from tap_gong_stats.config.settings import Settings


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The settings of an OAuth app."""

    token_file: str
    oauth_url: str
    client_id: str
    client_secret: str = field(repr=False)
    first_refresh_token: str = field(repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> OAuthApp:
        """Take the app's settings, which have been validated."""
        return cls(
            token_file=settings.oauth_token_file or "",
            oauth_url=settings.oauth_url,
            client_id=settings.client_id or "",
            client_secret=settings.client_secret or "",
            first_refresh_token=settings.refresh_token or "",
        )

    @property
    def origin(self) -> str:
        """A hash of the first refresh token; see `Tokens.descends_from`."""
        return hashlib.sha256(self.first_refresh_token.encode()).hexdigest()

    def stored_tokens(self) -> Tokens | None:
        """Return the tokens in the file, if they go back to the refresh token in the settings.

        Raises:
            RunError: if the file cannot be read, protected or parsed.
        """
        tokens = TokenFile(self.token_file).read()
        return tokens if tokens and tokens.descends_from == self.origin else None
