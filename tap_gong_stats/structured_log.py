"""The structured log that Meltano reads."""

from __future__ import annotations

import logging

from singer_sdk.logging import StructuredFormatter
from singer_sdk.metrics import Point, Tag
from typing_extensions import override


class MetricFilter(logging.Filter):
    """Puts the stream of a metric where Meltano shows it: into the message.

    Of a metric, Meltano's log shows the message, the name and the value, but not the tags.
    """

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        point = record.args[0] if isinstance(record.args, tuple) and record.args else None
        if isinstance(point, Point) and (stream := point.tags.get(Tag.STREAM)):
            record.msg, record.args = f"METRIC {stream}", ()
            # As the SDK's formatter would; attributes of a record become fields of the log.
            record.metric_info, record.stream_name = point.to_dict(), stream
        return True


def name_streams_of_metrics() -> None:
    """Name the stream of each metric in the log, if that is structured."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, StructuredFormatter):
            handler.addFilter(MetricFilter())
