"""Responses of MotionCX."""

from typing import Annotated, Any

from pydantic import Field

from gong_sandbox.response_models.base import ResponseModel


class InteractionsResponse(ResponseModel):
    """MotionCX interactions."""

    result_code: Annotated[int, Field(description="0 for success.")]
    result_code_name: str
    data: list[dict[str, Any]]
