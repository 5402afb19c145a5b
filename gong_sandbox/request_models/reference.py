"""Requests of `/v2/users`."""

from typing import Annotated

from pydantic import Field

from gong_sandbox.request_models.base import (
    CreatedFrom,
    CreatedTo,
    Cursor,
    FilterModel,
    Ids,
    QueryModel,
    RequestModel,
    with_example,
)

_AVATARS = "Include the synthetic users that represent Gong's staff."


class UsersFilter(FilterModel):
    """Selects users."""

    created_from_date_time: CreatedFrom = None
    created_to_date_time: CreatedTo = None
    user_ids: Annotated[Ids | None, Field(description="Only these users.")] = None
    include_avatars: Annotated[bool | None, Field(description=_AVATARS)] = None


class UsersRequest(RequestModel):
    """Users by filter."""

    model_config = with_example({"filter": {}})

    cursor: Cursor = None
    filter: UsersFilter


class UsersQuery(QueryModel):
    """All users."""

    cursor: Cursor = None
    include_avatars: Annotated[bool, Field(description=_AVATARS)] = False
