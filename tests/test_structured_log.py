"""The structured log that Meltano reads: a metric's message names its stream."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk import metrics
from singer_sdk.logging import ConsoleFormatter, StructuredFormatter

from tap_gong_stats.structured_log import name_streams_of_metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Log = Callable[[logging.Formatter], io.StringIO]

LOGGER = logging.getLogger("tests.metrics")
TAGS = {"stream": "users", "endpoint": "/v2/users"}
POINT = metrics.Point("counter", metrics.Metric.RECORD_COUNT, value=12, tags=TAGS)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Log]:
    """Add a log in a format to the root logger, as the SDK does before the tap starts."""
    caplog.set_level(logging.INFO)
    handlers: list[logging.Handler] = []

    def add(formatter: logging.Formatter) -> io.StringIO:
        stream = io.StringIO()
        handlers.append(logging.StreamHandler(stream))
        handlers[-1].setFormatter(formatter)
        logging.getLogger().addHandler(handlers[-1])
        name_streams_of_metrics()
        return stream

    yield add
    for handler in handlers:
        logging.getLogger().removeHandler(handler)


def fields(stream: io.StringIO) -> dict[str, Any]:
    """Return the fields that Meltano takes from a line."""
    line = json.loads(stream.getvalue())
    return {
        "message": line["message"],
        "stream_name": line["stream_name"],
        "metric_info": line["extra"].get("metric_info"),
    }


def test_metric_in_a_structured_log_names_its_stream(log: Log) -> None:
    stream = log(StructuredFormatter())
    metrics.log(LOGGER, POINT)
    assert fields(stream) == {
        "message": "METRIC users",
        "stream_name": "users",
        "metric_info": {"type": "counter", "metric": "record_count", "value": 12, "tags": TAGS},
    }


def test_other_lines_of_a_structured_log_stay_as_they_are(log: Log) -> None:
    stream = log(StructuredFormatter())
    LOGGER.info("%d of %d", 1, 2)
    assert fields(stream) == {"message": "1 of 2", "stream_name": None, "metric_info": None}


def test_metric_in_a_plain_log_is_that_of_the_sdk(log: Log) -> None:
    stream = log(ConsoleFormatter(fmt="{message}"))
    metrics.log(LOGGER, POINT)
    assert stream.getvalue() == f"METRIC: {POINT}\n"
