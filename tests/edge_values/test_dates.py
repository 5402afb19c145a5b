"""Dates near the years 1 and 9999, in responses and states: loaded, or reported in one line."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from gong_sandbox.app import create_app
from gong_sandbox.company.company import Company
from gong_sandbox.server import serve
from tests.edge_values.tap_command import TODAY, YESTERDAY
from tests.helpers import CREDENTIALS, ScriptedServer, StubResponse, catalog, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.edge_values.tap_command import Tap

EASTERNMOST = "Pacific/Kiritimati"
WESTERNMOST = "Pacific/Pago_Pago"
DATE = re.compile(r"\d{4}-\d\d-\d\d")
EDGE_DATES = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01",
    "0001-01-02T00:00:00-12:00",
    "9999-12-31T23:59:59.999999-14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31",
    "9999-12-30T00:00:00+14:00",
    "0000-00-00T00:00:00Z",
    "10000-01-01T00:00:00Z",
]


class EdgeResponses:
    """The responses of a sandbox, with other values in place of each date and time zone."""

    def __init__(self, url: str) -> None:
        self.edge: str | None = None
        self.time_zone: str | None = None
        self._url = url
        self._session = requests.Session()

    def __call__(self, request: dict[str, Any], _: int) -> StubResponse:
        body = {name: value for name, value in request.items() if name not in {"path", "headers"}}
        headers = {"Authorization": request["headers"].get("Authorization", "")}
        headers |= {name: value for name, value in request["headers"].items() if "key" in name}
        method = "POST" if body else "GET"
        response = self._session.request(
            method, self._url + request["path"], headers=headers, json=body or None
        )
        return StubResponse(response.status_code, self._replace(response.json()))

    def _replace(self, value: Any) -> Any:
        match value:
            case dict():
                replaced = {key: self._replace(item) for key, item in value.items()}
                if self.time_zone and "timeZone" in value:
                    replaced["timeZone"] = self.time_zone
                return replaced
            case list():
                return [self._replace(item) for item in value]
            case str() if DATE.match(value) and self.edge:
                return self.edge
        return value


@pytest.fixture(scope="module")
def responses() -> Iterator[tuple[EdgeResponses, ScriptedServer]]:
    app = create_app(Company(users=4, seed=1, time_zone=EASTERNMOST), calls_per_second=10_000)
    with serve(app) as url:
        edge_responses = EdgeResponses(url)
        with scripted_server(edge_responses) as server:
            yield edge_responses, server


@pytest.mark.parametrize("time_zone", [None, EASTERNMOST, WESTERNMOST])
@pytest.mark.parametrize("edge", EDGE_DATES)
def test_responses_with_edge_dates_end_without_a_traceback(
    tap: Tap,
    responses: tuple[EdgeResponses, ScriptedServer],
    edge: str,
    time_zone: str | None,
) -> None:
    edge_responses, server = responses
    edge_responses.edge, edge_responses.time_zone = edge, time_zone
    result = tap(
        {
            **CREDENTIALS,
            "api_url": server.url,
            "motioncx_api_key": "sandbox-motioncx-key",
            "motioncx_api_url": f"{server.url}/motioncx",
            "calls_per_second": 10_000,
            "start_date": str(TODAY - timedelta(days=9)),
            "end_date": str(TODAY - timedelta(days=7)),
            "time_zone": time_zone,
        }
    )
    assert result.code in {0, 1}
    assert (result.code == 1) == bool(result.errors)
    names = [*(entry["stream"] for entry in catalog()), "interaction_details"]
    assert all(error.startswith(tuple(names)) for error in result.errors), result.errors
    assert '"RECORD"' in result.output


@pytest.mark.parametrize("lookback", [7, 100_000])
@pytest.mark.parametrize(
    ("stream", "key"),
    [
        ("daily_activity", "from_date"),
        ("answered_scorecards", "review_time"),
        ("call_interaction_stats", "started"),
    ],
)
@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "1969-12-31", "1970-01-01"])
def test_an_early_bookmark_loads_from_the_start_date(
    tap: Tap, config: dict[str, Any], day: str, stream: str, key: str, lookback: int
) -> None:
    bookmark = {"replication_key": key, "replication_key_value": day, "first_day": day}
    state = {"bookmarks": {stream: bookmark}}
    result = tap({**config, "lookback_days": lookback}, state=state)
    assert (result.code, result.errors) == (0, [])
    *_, last = (line for line in result.output.splitlines() if '"STATE"' in line)
    assert json.loads(last)["value"]["bookmarks"][stream]["replication_key_value"] == str(TODAY)


@pytest.mark.parametrize("key", ["replication_key_value", "first_day", "run_to", "backfilled_to"])
@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-31T23:59:59-14:00", "10000-01-01", 5])
def test_a_late_or_malformed_bookmark_is_reported_or_ignored(
    tap: Tap, config: dict[str, Any], key: str, day: object
) -> None:
    bookmark = {"replication_key": "from_date", "replication_key_value": YESTERDAY, key: day}
    result = tap(config, state={"bookmarks": {"daily_activity": bookmark}})
    if result.code == 0:
        assert key == "run_to"
        assert result.errors == []
    else:
        (error,) = result.errors
        assert error.startswith("daily_activity: the bookmark ")
