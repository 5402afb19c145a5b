"""Responses of `/v2/coaching`."""

from typing import Annotated

from pydantic import Field

from gong_sandbox.response_models.base import ApiResponse, ResponseModel


class UserSummary(ResponseModel):
    """A user in brief."""

    id: str
    email_address: str | None
    first_name: str | None
    last_name: str | None
    title: str | None


class ReportMetrics(ResponseModel):
    """Coaching of one direct report."""

    report: UserSummary
    metrics: Annotated[dict[str, list[str]], Field(description="Ids of calls, by metric.")]


class ManagerCoaching(ResponseModel):
    """Coaching by one manager."""

    manager: UserSummary
    direct_reports_metrics: list[ReportMetrics]


class CoachingResponse(ApiResponse):
    """Coaching by a manager and by every manager below."""

    coaching_data: list[ManagerCoaching]
