"""Responses of `/oauth2`."""

from typing import Annotated

from pydantic import BaseModel, Field


class TokenResponse(BaseModel):
    """A new pair of OAuth tokens."""

    access_token: str
    refresh_token: Annotated[str, Field(description="Replaces the one in the request.")]
    token_type: str
    scope: str
    expires_in: Annotated[int, Field(description="Seconds.")]
    api_base_url_for_customer: str
