"""Requests of `/v2/coaching`."""

from typing import Annotated

from pydantic import ConfigDict, Field

from gong_sandbox.request_models.base import EndInstant, QueryModel, StartInstant


class CoachingQuery(QueryModel):
    """Coaching by manager, workspace and time; in kebab-case, unlike all other requests."""

    model_config = ConfigDict(alias_generator=lambda name: name.strip("_").replace("_", "-"))

    workspace_id: Annotated[
        str, Field(pattern=r"^\d+$", description="Only calls of this workspace.")
    ]
    manager_id: Annotated[
        str, Field(pattern=r"^\d+$", description="The manager; includes all managers below.")
    ]
    from_: StartInstant
    to: EndInstant
