"""The minimum number of API calls that a run needs: those of a script that knows the company."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import requests

from benchmarks.servers import ACCESS_KEY, DAYS_PER_CALL, MOTIONCX_KEY, MOTIONCX_PATH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from benchmarks.servers import ApiServer

Json = dict[str, Any]

MOTIONCX = "interaction_details"
MOTIONCX_PAGE_SIZE = 500

PATHS = {
    "activity_by_period": "/v2/stats/activity/aggregate-by-period",
    "aggregated_activity": "/v2/stats/activity/aggregate",
    "answered_scorecards": "/v2/stats/activity/scorecards",
    "call_interaction_stats": "/v2/calls/extensive",
    "coaching_metrics": "/v2/coaching",
    "daily_activity": "/v2/stats/activity/day-by-day",
    MOTIONCX: f"{MOTIONCX_PATH}/reporting/api/v1/interaction/details",
    "interaction_stats": "/v2/stats/interaction",
    "scorecards": "/v2/settings/scorecards",
    "users": "/v2/users",
    "workspaces": "/v2/workspaces",
}
"""Endpoints by stream."""

GONG_STREAMS = tuple(stream for stream in PATHS if stream != MOTIONCX)
REFERENCE_STREAMS = ("scorecards", "users", "workspaces")


class DateRange(NamedTuple):
    """Days from `start` to `end`, which is exclusive."""

    start: date
    end: date


def first_run_ranges(today: date, days: int) -> dict[str, DateRange]:
    """Return the days that each stream reads in a first run over the last `days` days."""
    days_of_gong = DateRange(today - timedelta(days=days), today)
    days_of_motioncx = DateRange(days_of_gong.start, datetime.now(UTC).date())
    return {
        stream: days_of_motioncx if stream == MOTIONCX else days_of_gong
        for stream in PATHS
        if stream not in REFERENCE_STREAMS
    }


def next_run_ranges(
    state: Mapping[str, Any], today: date, *, start_date: date, lookback_days: int
) -> dict[str, DateRange]:
    """Return the days that each stream with a bookmark reads in the run that follows a state.

    Args:
        state: value of the last STATE message; every stream has at most one partition.
        today: the company's current day.
        start_date: setting of the tap.
        lookback_days: setting of the tap.
    """
    ranges: dict[str, DateRange] = {}
    for stream, entry in state["bookmarks"].items():
        (partition,) = entry.get("partitions") or [entry]
        if bookmark := partition.get("replication_key_value"):
            start = date.fromisoformat(bookmark[:10]) - timedelta(days=lookback_days)
            ranges[stream] = DateRange(max(start, start_date), today)
    return ranges


def count(
    server: ApiServer, ranges: Mapping[str, DateRange], streams: Collection[str] = tuple(PATHS)
) -> dict[str, int]:
    """Request every page of every stream once and return the number of calls by stream.

    Args:
        server: a sandbox without a rate limit.
        ranges: the days to read of each stream that has windows.
        streams: the streams to count.
    """
    client = _Client(server)
    return {stream: client.count(stream, ranges.get(stream)) for stream in streams}


class _Client:
    def __init__(self, server: ApiServer) -> None:
        self._url = server.info.url
        self._zone = ZoneInfo(server.info.time_zone)

    def count(self, stream: str, days: DateRange | None) -> int:
        if days is None:
            return len(self._pages(stream, {}))
        if stream == MOTIONCX:
            return sum(self._count_motioncx(window) for window in windows(days, 1))
        return sum(len(self._pages(stream, params)) for params in self._requests(stream, days))

    def _requests(self, stream: str, days: DateRange) -> Iterator[Json]:
        """Yield the parameters of the first request of each window."""
        match stream:
            case "aggregated_activity" | "interaction_stats":
                for start, end in windows(days, 1):
                    yield {"filter": {"fromDate": f"{start}", "toDate": f"{end}"}}
            case "daily_activity" | "activity_by_period":
                period = {"aggregationPeriod": "DAY"} if stream == "activity_by_period" else {}
                for start, end in windows(days, DAYS_PER_CALL):
                    yield {"filter": {"fromDate": f"{start}", "toDate": f"{end}"}, **period}
            case "answered_scorecards":
                for start, end in windows(days, DAYS_PER_CALL):
                    dates = {"reviewFromDate": f"{start}", "reviewToDate": f"{end}"}
                    yield {"filter": {**dates, "reviewMethod": "BOTH"}}
            case "call_interaction_stats":
                for start, end in windows(days, DAYS_PER_CALL):
                    times = {"fromDateTime": self._instant(start), "toDateTime": self._instant(end)}
                    yield {"filter": times}
            case "coaching_metrics":
                yield from self._coaching_requests(days)
            case _:
                raise ValueError(stream)

    def _coaching_requests(self, days: DateRange) -> Iterator[Json]:
        workspaces = self._values("workspaces", "id")
        managers = self._values("users", "managerId") - {None}
        for (start, end), workspace, manager in product(whole_weeks(days), workspaces, managers):
            yield {
                "workspace-id": workspace,
                "manager-id": manager,
                "from": self._instant(start),
                "to": self._instant(end),
            }

    def _values(self, stream: str, field: str) -> set[str | None]:
        return {item[field] for page in self._pages(stream, {}) for item in page[stream]}

    def _pages(self, stream: str, params: Json) -> list[Json]:
        use_post = "stats" in PATHS[stream] or "extensive" in PATHS[stream]
        pages: list[Json] = []
        cursor: Json = {}
        while cursor or not pages:
            url, page_params = self._url + PATHS[stream], {**params, **cursor}
            if use_post:
                response = requests.post(url, json=page_params, auth=ACCESS_KEY, timeout=60)
            else:
                response = requests.get(url, params=page_params, auth=ACCESS_KEY, timeout=60)
            if response.status_code != HTTPStatus.NOT_FOUND:  # an empty window
                response.raise_for_status()
            pages.append(response.json())
            next_cursor = pages[-1].get("records", {}).get("cursor")
            cursor = {"cursor": next_cursor} if next_cursor else {}
        return pages

    def _count_motioncx(self, window: DateRange) -> int:
        calls, is_empty = 0, False
        while not is_empty:  # without a total, only an empty page marks the end
            body = {
                "StartDateTime": f"{window.start}T00:00:00+0000",
                "EndDateTime": f"{window.end}T00:00:00+0000",
                "DateFilterField": "StartedDateTimeUtc",
                "OrderBy": "StartedDateTimeUtc",
                "Limit": MOTIONCX_PAGE_SIZE,
                "Offset": calls * MOTIONCX_PAGE_SIZE,
            }
            response = requests.post(
                self._url + PATHS[MOTIONCX],
                json=body,
                headers={"Authorization": f"apikey {MOTIONCX_KEY}"},
                timeout=60,
            )
            response.raise_for_status()
            is_empty = not response.json()["data"]
            calls += 1
        return calls

    def _instant(self, day: date) -> str:
        return datetime.combine(day, time(), self._zone).isoformat()


def windows(days: DateRange, length: int) -> Iterator[DateRange]:
    """Yield consecutive windows of `length` days; the last one may be shorter."""
    start, step = days.start, timedelta(days=length)
    while start < days.end:
        yield DateRange(start, min(start + step, days.end))
        start += step


def whole_weeks(days: DateRange) -> Iterator[DateRange]:
    """Yield whole weeks from the one that contains the first day to the last one that has ended."""
    monday, week = days.start - timedelta(days=days.start.weekday()), timedelta(days=7)
    while monday + week <= days.end:
        yield DateRange(monday, monday + week)
        monday += week
