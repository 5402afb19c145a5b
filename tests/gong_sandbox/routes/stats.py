"""Paths and request bodies of the statistics endpoints."""

from __future__ import annotations

from typing import Any

AGGREGATE = "/v2/stats/activity/aggregate"
BY_PERIOD = "/v2/stats/activity/aggregate-by-period"
DAY_BY_DAY = "/v2/stats/activity/day-by-day"
INTERACTION = "/v2/stats/interaction"
ENDPOINTS = (AGGREGATE, BY_PERIOD, DAY_BY_DAY, INTERACTION)

WEEK = {"fromDate": "2026-11-02", "toDate": "2026-11-09"}
SUNDAY = {"fromDate": "2026-11-08", "toDate": "2026-11-09"}


def body_for(path: str, filter_: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"filter": filter_}
    return {**body, "aggregationPeriod": "WEEK"} if path == BY_PERIOD else body
