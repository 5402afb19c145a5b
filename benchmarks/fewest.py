"""The fewest calls that tell everything: those of a script that knows the company beforehand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from itertools import product
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import requests

from benchmarks.servers import DAYS_PER_CALL, KEY, MOTIONCX_KEY, MOTIONCX_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.servers import Gong

Json = dict[str, Any]
Spans = list[tuple[date, date]]

MOTIONCX_PAGE = 500

PATHS = {
    "activity_by_period": "/v2/stats/activity/aggregate-by-period",
    "aggregated_activity": "/v2/stats/activity/aggregate",
    "answered_scorecards": "/v2/stats/activity/scorecards",
    "call_interaction_stats": "/v2/calls/extensive",
    "coaching_metrics": "/v2/coaching",
    "daily_activity": "/v2/stats/activity/day-by-day",
    "interaction_details": f"{MOTIONCX_PATH}/reporting/api/v1/interaction/details",
    "interaction_stats": "/v2/stats/interaction",
    "scorecards": "/v2/settings/scorecards",
    "users": "/v2/users",
    "workspaces": "/v2/workspaces",
}


def count(gong: Gong, days: int) -> dict[str, int]:
    """Ask for the last days of every stream, and return how many calls each has cost."""
    script = _Script(gong, days)
    return {stream: script.calls(stream) for stream in PATHS}


class _Script:
    def __init__(self, gong: Gong, days: int) -> None:
        self._url = gong.url
        self._zone = ZoneInfo(gong.time_zone)
        self._start, self._end = gong.today - timedelta(days=days), gong.today

    def calls(self, stream: str) -> int:
        if stream == "interaction_details":
            return sum(self._motioncx_calls(*span) for span in self._days(1, ZoneInfo("UTC")))
        return sum(len(self._pages(stream, question)) for question in self._questions(stream))

    def _questions(self, stream: str) -> Iterator[Json]:
        match stream:
            case "aggregated_activity" | "interaction_stats":
                for start, end in self._days(1):
                    yield {"filter": {"fromDate": f"{start}", "toDate": f"{end}"}}
            case "daily_activity" | "activity_by_period":
                for start, end in self._days(DAYS_PER_CALL):
                    asked = {"filter": {"fromDate": f"{start}", "toDate": f"{end}"}}
                    period = {"aggregationPeriod": "DAY"}
                    yield asked if stream == "daily_activity" else {**asked, **period}
            case "answered_scorecards":
                for start, end in self._days(DAYS_PER_CALL):
                    dates = {"reviewFromDate": f"{start}", "reviewToDate": f"{end}"}
                    yield {"filter": {**dates, "reviewMethod": "BOTH"}}
            case "call_interaction_stats":
                for start, end in self._days(DAYS_PER_CALL):
                    dates = {"fromDateTime": self._instant(start), "toDateTime": self._instant(end)}
                    yield {"filter": dates}
            case "coaching_metrics":
                yield from self._coaching_questions()
            case _:
                yield {}

    def _coaching_questions(self) -> Iterator[Json]:
        workspaces = self._listed("workspaces", "id")
        managers = self._listed("users", "managerId") - {None}
        for (start, end), workspace, manager in product(self._weeks(), workspaces, managers):
            yield {
                "workspace-id": workspace,
                "manager-id": manager,
                "from": self._instant(start),
                "to": self._instant(end),
            }

    def _listed(self, stream: str, field: str) -> set[str | None]:
        return {item[field] for page in self._pages(stream, {}) for item in page[stream]}

    def _pages(self, stream: str, question: Json) -> list[Json]:
        posted = "stats" in PATHS[stream] or "extensive" in PATHS[stream]
        pages: list[Json] = []
        cursor: Json = {}
        while cursor or not pages:
            asked, url = {**question, **cursor}, self._url + PATHS[stream]
            if posted:
                answer = requests.post(url, json=asked, auth=KEY, timeout=60)
            else:
                answer = requests.get(url, params=asked, auth=KEY, timeout=60)
            if answer.status_code != HTTPStatus.NOT_FOUND:  # Gong's word for nothing
                answer.raise_for_status()
            pages.append(answer.json())
            told = pages[-1].get("records", {}).get("cursor")
            cursor = {"cursor": told} if told else {}
        return pages

    def _motioncx_calls(self, start: date, end: date) -> int:
        calls, full = 0, True
        while full:
            asked = {
                "StartDateTime": f"{start}T00:00:00+0000",
                "EndDateTime": f"{end}T00:00:00+0000",
                "DateFilterField": "StartedDateTimeUtc",
                "OrderBy": "StartedDateTimeUtc",
                "Limit": MOTIONCX_PAGE,
                "Offset": calls * MOTIONCX_PAGE,
            }
            answer = requests.post(
                self._url + PATHS["interaction_details"],
                json=asked,
                headers={"Authorization": f"apikey {MOTIONCX_KEY}"},
                timeout=60,
            )
            answer.raise_for_status()
            full = len(answer.json()["data"]) == MOTIONCX_PAGE
            calls += 1
        return calls

    def _days(self, number: int, zone: ZoneInfo | None = None) -> Spans:
        end = datetime.now(zone).date() if zone else self._end
        days, start = timedelta(days=number), self._start
        spans: Spans = []
        while start < end:
            spans.append((start, min(start + days, end)))
            start += days
        return spans

    def _weeks(self) -> Spans:
        monday, week = self._start - timedelta(days=self._start.weekday()), timedelta(days=7)
        spans: Spans = []
        while monday + week <= self._end:
            spans.append((monday, monday + week))
            monday += week
        return spans

    def _instant(self, day: date) -> str:
        return datetime.combine(day, time(), self._zone).isoformat()
