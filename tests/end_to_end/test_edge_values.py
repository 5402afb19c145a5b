"""Values at the edges, in everything that the tap reads: it loads them, or ends with one line."""

from __future__ import annotations

import io
import json
import logging
import re
import signal
import ssl
import sys
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import requests
import trustme

from gong_sandbox.app import create_app
from gong_sandbox.company.company import Company
from gong_sandbox.server import serve
from tap_gong_stats.__main__ import main
from tap_gong_stats.config.definitions import SETTINGS
from tap_gong_stats.config.validators.scalars import Integer, Number
from tap_gong_stats.config.validators.texts import Day
from tests.helpers import LOGIN, ScriptedServer, StubResponse, catalog, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY = datetime.now(UTC).date()
YESTERDAY = str(TODAY - timedelta(days=1))

DATE = re.compile(r"\d{4}-\d\d-\d\d")
EDGE_DATES = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01",
    "0001-01-02T00:00:00-12:00",
    "9999-12-31T23:59:59.999999-14:00",
    "9999-12-31",
    "9999-12-30T00:00:00+14:00",
    "0000-00-00T00:00:00Z",
    "10000-01-01T00:00:00Z",
]


@dataclass(frozen=True)
class Result:
    """How a command has ended, and what it has written."""

    code: object
    output: str
    log: str

    @property
    def errors(self) -> list[str]:
        """The errors in the log and those of the command line, whose values click may quote."""
        lines = self.log.splitlines()
        logged = [line.rpartition(" | ")[2] for line in lines if "| ERROR " in line]
        return logged + [line for line in lines if line.startswith("Error: ")]


@dataclass(frozen=True)
class Tap:
    """Runs the command in this process, which saves half a second each time."""

    folder: Path
    patch: pytest.MonkeyPatch

    def __call__(
        self, config: object, *arguments: str, state: object = None, catalog: object = None
    ) -> Result:
        files = {"config": config, "state": state, "catalog": catalog}
        command = ["tap-gong-stats", *arguments]
        for option, content in files.items():
            if content is not None:
                file = self.folder / f"{option}.json"
                file.write_text(json.dumps(content))
                command += [f"--{option}", str(file)]
        self.patch.setattr(sys, "argv", command)
        log = io.StringIO()
        output = self.folder / "output"
        with (
            output.open("w") as stdout,
            redirect_stdout(stdout),
            redirect_stderr(log),
            pytest.raises(SystemExit) as ended,  # any other exception would be a traceback
        ):
            main()
        assert "Traceback" not in log.getvalue()
        assert "unhandled" not in log.getvalue()
        return Result(ended.value.code, output.read_text(), log.getvalue())


@pytest.fixture
def tap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tap]:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield Tap(tmp_path, monkeypatch)
    logging.captureWarnings(capture=False)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def gong() -> Iterator[ScriptedServer]:
    """A Gong with three users, in which nothing has happened."""

    def answer(request: dict[str, Any], _: int) -> StubResponse:
        if request["path"].startswith("/v2/users"):
            return StubResponse(body={"users": [{"id": str(user)} for user in range(3)]})
        if request["path"].startswith("/v2/workspaces"):
            return StubResponse(body={"workspaces": [{"id": "1"}]})
        return StubResponse(404, {"requestId": "r", "errors": ["nothing found"]})

    with scripted_server(answer) as server:
        yield server


@pytest.fixture
def config(gong: ScriptedServer) -> dict[str, Any]:
    return {
        **LOGIN,
        "api_url": gong.url,
        "start_date": YESTERDAY,
        "time_zone": "UTC",
        "calls_per_second": 10_000,
    }


class EdgeResponses:
    """The responses of a sandbox, with another value in place of each date."""

    def __init__(self, url: str) -> None:
        self.edge: str | None = None
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
                return {key: self._replace(item) for key, item in value.items()}
            case list():
                return [self._replace(item) for item in value]
            case str() if DATE.match(value) and self.edge:
                return self.edge
        return value


@pytest.fixture(scope="module")
def responses() -> Iterator[tuple[EdgeResponses, ScriptedServer]]:
    app = create_app(Company(users=4, seed=1, time_zone="Asia/Tokyo"), calls_per_second=10_000)
    with serve(app) as url:
        answer = EdgeResponses(url)
        with scripted_server(answer) as server:
            yield answer, server


@pytest.mark.parametrize("time_zone", [None, "Pacific/Kiritimati"])
@pytest.mark.parametrize("edge", EDGE_DATES)
def test_responses_with_edge_dates_end_without_a_traceback(
    tap: Tap,
    responses: tuple[EdgeResponses, ScriptedServer],
    edge: str,
    time_zone: str | None,
) -> None:
    answer, server = responses
    answer.edge = edge
    result = tap(
        {
            **LOGIN,
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


def number_edges(validator: Integer | Number) -> list[object]:
    low, high = validator.minimum, validator.maximum
    return [low, high, low - 0.0001, high + 1, str(high), -1, 2**64, "1e400", "nan", True]


DAY_EDGES = ["0001-01-01", "1969-12-31", "1970-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00"]
SETTING_EDGES = [
    (setting.name, edge)
    for setting in SETTINGS
    if isinstance(setting.validator, Integer | Number | Day)
    for edge in (
        DAY_EDGES if isinstance(setting.validator, Day) else number_edges(setting.validator)
    )
    if (setting.name, edge) != ("start_date", "1970-01-01")  # a run of minutes
]


@pytest.mark.parametrize(("name", "edge"), SETTING_EDGES)
def test_a_setting_at_its_edge_is_accepted_or_named(
    tap: Tap, config: dict[str, Any], name: str, edge: object
) -> None:
    config |= {"max_api_calls": 1, name: edge}
    result = tap(config)
    if result.code == 0:
        assert result.errors == []
        return
    assert result.code == 1
    assert any(error.startswith(f"{name}: ") for error in result.errors), result.errors


STREAM_MAPS: list[tuple[object, str]] = [
    (5, "5 is not of type 'object', 'null' in config['stream_maps']"),
    ({"users": 5}, "5 is not valid under any of the given schemas in config['stream_maps']['users"),
    ({"__else__": "x"}, "stream_maps: __else__: 'x' is not valid; use null"),
    ({"users": {"__else__": "x"}}, "stream_maps: users.__else__: 'x' is not valid; use null"),
    ({"__x__": None}, "stream_maps: Option '__x__:None' is not expected."),
    ({"users": {"id": "(("}}, "stream_maps: Failed to parse expression ((."),
    ({"users": {"id": "[" * 500}}, "stream_maps: Failed to parse expression [[["),
    ({"users": {"__filter__": ""}}, "stream_maps: Failed to parse expression ."),
    ({"users": {"x": ""}}, "stream_maps: IndexError: string index out of range"),
    ({"users": {"x": "\ud800"}}, "stream_maps: UnicodeEncodeError: "),
    ({"users": {"id": None}}, "stream_maps: Removing key property 'id' is not permitted"),
    ({"users": {"__alias__": "(("}}, "stream_maps: Failed to evaluate simpleeval expressions ((."),
    ({"users": {"x": "1/0"}}, "users: stream_maps: ZeroDivisionError: division by zero"),
    ({"users": {"x": "nope"}}, "users: stream_maps: Failed to evaluate simpleeval expressions"),
    ({"users": {"x": "record['y']"}}, "users: stream_maps: KeyError: 'y'"),
    ({"users": {"x": "datetime.date(0,1,1)"}}, "users: stream_maps: ValueError: year 0 is out of"),
]


@pytest.mark.parametrize(("stream_maps", "message"), STREAM_MAPS)
def test_wrong_stream_maps_are_reported_in_one_line(
    tap: Tap, config: dict[str, Any], stream_maps: object, message: str
) -> None:
    result = tap({**config, "stream_maps": stream_maps})
    assert result.code == 1
    error, *_ = result.errors
    assert error.startswith(message)


def test_a_stream_map_that_fails_ends_its_own_stream_only(tap: Tap, config: dict[str, Any]) -> None:
    result = tap({**config, "stream_maps": {"users": {"x": "1/0"}}})
    assert '"stream":"users","record"' not in result.output
    assert '"stream":"workspaces","record"' in result.output


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("flattening_enabled", 5, "5 is not of type 'boolean', 'null' in config['flattening_ena"),
        ("flattening_enabled", True, "flattening_max_depth is required when flattening is enabled"),
        ("flattening_max_depth", "x", "'x' is not of type 'integer', 'null' in config['flattenin"),
        ("stream_map_config", [], "[] is not of type 'object', 'null' in config['stream_map_conf"),
    ],
)
def test_other_wrong_settings_of_the_sdk_are_reported_in_one_line(
    tap: Tap, config: dict[str, Any], name: str, value: object, message: str
) -> None:
    result = tap({**config, name: value})
    assert result.code == 1
    error, *_ = result.errors
    assert error.startswith(message)


@pytest.mark.parametrize("name", ["stream_maps", "stream_map_config", "flattening_max_depth"])
def test_a_null_setting_of_the_sdk_is_unset(tap: Tap, config: dict[str, Any], name: str) -> None:
    assert tap({**config, name: None}).code == 0


@pytest.mark.parametrize("arguments", [[], ["--discover"], ["--test"]])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("stream_maps", "{x", "stream_maps: '{x' is not valid; use a JSON object"),
        ("stream_maps", "", "stream_maps: '' is not valid; use a JSON object"),
        (
            "stream_maps",
            "[" * 100_000,
            f"stream_maps: '{'[' * 79}… is not valid; use a JSON object",
        ),
        ("stream_map_config", "}", "stream_map_config: '}' is not valid; use a JSON object"),
        ("flattening_max_depth", "x", "flattening_max_depth: 'x' is not valid; use a whole number"),
    ],
)
def test_a_malformed_environment_variable_is_reported_in_one_line(
    tap: Tap, config: dict[str, Any], name: str, value: str, message: str, arguments: list[str]
) -> None:
    tap.patch.setenv(f"TAP_GONG_STATS_{name.upper()}", value)
    result = tap(config, "--config", "ENV", *arguments)
    assert result.code == 1
    assert result.errors[0].removeprefix("Config validation error: ") == message


def test_an_unknown_log_level_is_reported_in_one_line(tap: Tap, config: dict[str, Any]) -> None:
    tap.patch.setenv("TAP_GONG_STATS_LOGLEVEL", "loud")
    assert tap(config).code == (
        "LOGLEVEL: Unknown level: 'LOUD'; use DEBUG, INFO, WARNING or ERROR"
    )


CATALOGS: list[tuple[object, str]] = [
    ({"streams": None}, "streams is not a list"),
    ({"streams": {}}, "streams is not a list"),
    ({"streams": [5]}, "stream 1 does not have the form"),
    ({"streams": [{}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": []}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": "users", "stream": "x"}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": "users", "schema": 5}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": "users", "metadata": 5}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": "users"}, {"x": 1}]}, "stream 2 does not have the form"),
]


@pytest.mark.parametrize(("odd", "message"), CATALOGS)
def test_a_catalog_of_another_shape_is_reported_in_one_line(
    tap: Tap, config: dict[str, Any], odd: object, message: str
) -> None:
    result = tap(config, catalog=odd)
    assert result.code == 2
    (error,) = result.errors
    assert error.startswith("Error: Invalid value for '--catalog': ")
    assert f": {message}" in error


def changed(chance: Random, value: Any, depth: int) -> Any:
    """Return a copy in which something at most `depth` levels down is odd."""
    children = list(value) if isinstance(value, dict) else [*range(len(value))]
    child = chance.choice(children)
    copy = deepcopy(value)
    if depth and isinstance(value[child], dict | list) and value[child]:
        copy[child] = changed(chance, value[child], depth - 1)
    else:
        copy[child] = chance.choice([None, 5, "x", "", [], {}, [5], {"x": 5}, True, [["x"]]])
    return copy


@pytest.mark.parametrize("seed", range(30))
def test_a_catalog_with_an_odd_value_ends_without_a_traceback(
    tap: Tap, config: dict[str, Any], seed: int
) -> None:
    chance = Random(seed)
    streams = [entry for entry in catalog() if entry["stream"] in {"users", "daily_activity"}]
    odd = changed(chance, {"streams": streams}, chance.randrange(1, 8))
    result = tap({**config, "max_api_calls": 3}, catalog=odd)
    assert (result.code == 0) == (not result.errors)


@pytest.mark.parametrize("option", ["config", "state", "catalog"])
def test_a_file_of_deeply_nested_lists_is_named(
    tap: Tap, config: dict[str, Any], option: str
) -> None:
    file = tap.folder / "deep.json"
    file.write_text("[" * 100_000)
    result = tap(None if option == "config" else config, f"--{option}", str(file))
    assert result.code == 2
    (error,) = result.errors
    assert error.endswith(f"'--{option}': {file} does not hold a JSON object")


@pytest.fixture(scope="module")
def encrypted_gong() -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with scripted_server(lambda *_: StubResponse(), tls=context) as server:
        yield server


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "No such file or directory"),
        ("", "contains no certificates"),
        ("x", "contains no certificates"),
        ("-----BEGIN CERTIFICATE-----", "contains no certificates"),
    ],
)
def test_a_ca_bundle_that_is_none_is_named(
    tap: Tap, encrypted_gong: ScriptedServer, variable: str, content: str | None, problem: str
) -> None:
    bundle = tap.folder / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    tap.patch.setenv(variable, str(bundle))
    result = tap({**LOGIN, "api_url": encrypted_gong.url, "time_zone": "UTC"})
    assert result.code == 1
    (error,) = result.errors
    assert error.endswith(
        f"{variable}: '{bundle}': {problem}; set it to a PEM file with certificate authorities, "
        "or unset it"
    )


def test_a_ca_bundle_that_is_missing_is_named_by_a_token_refresh(
    tap: Tap, encrypted_gong: ScriptedServer
) -> None:
    bundle = tap.folder / "bundle.pem"
    tap.patch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    names = ("client_id", "client_secret", "refresh_token")
    result = tap(
        {
            **dict.fromkeys(names, "x"),
            "oauth_token_file": str(tap.folder / "tokens.json"),
            "oauth_url": encrypted_gong.url,
        }
    )
    assert result.code == 1
    (error,) = result.errors
    assert f"OAuth: token refresh failed: REQUESTS_CA_BUNDLE: '{bundle}': No such file" in error
