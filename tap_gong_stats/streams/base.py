"""The base of all streams: the seam between the SDK and the rest of the tap."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import metrics
from singer_sdk.exceptions import SyncError
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.schema.source import StreamSchema
from singer_sdk.streams import Stream
from typing_extensions import override

from tap_gong_stats.api.auth import known_secrets
from tap_gong_stats.api.endpoints import Query, RequestStats, count
from tap_gong_stats.api.redaction import clean_text
from tap_gong_stats.config.sdk_settings import stream_map_problem
from tap_gong_stats.errors import ApiError, BudgetExhaustedError, ForbiddenError, RunError
from tap_gong_stats.records.mapper import RecordMapper
from tap_gong_stats.records.schemas import SCHEMAS
from tap_gong_stats.records.writer import FastRecordMessage
from tap_gong_stats.streams.response_report import ResponseReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib import RecordMessage
    from singer_sdk.tap_base import Tap

    from tap_gong_stats.api.endpoints import Endpoint
    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.config.settings import Settings
    from tap_gong_stats.streams.run import ApiContext, Source
    from tap_gong_stats.sync.shared_fetch import SharedFetch
    from tap_gong_stats.sync.time_zone import CompanyTimeZone


class ApiStream(Stream):
    """A stream of one endpoint, whose pages the run's scheduler fetches.

    Args:
        tap: the tap.
        connect: returns what the streams of the API share; late, as discovery has no credentials.
    """

    schema: ClassVar[StreamSchema] = StreamSchema(SCHEMAS)
    # The record mapper has given every value its type, and has dropped what has no column.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    endpoint: ClassVar[Endpoint]
    selected_by: ClassVar[tuple[str, ...]] = ()
    """The settings that select which records are loaded."""

    def __init__(self, tap: Tap, connect: Callable[[], ApiContext]) -> None:
        super().__init__(tap)
        self.stats = RequestStats()
        self._connect = connect
        self._has_ended = self.has_progressed = self.was_cut_short = False
        self._pending_error: ApiError | SyncError | None = None
        self.report = ResponseReport(self.name, self.logger, self.clean)
        self._extracted_at: datetime | None = None
        self.records_read = self.days_read = 0

    @abstractmethod
    def plan(self) -> Sequence[Source]:
        """Return what the stream requests in this run, in the order of delivery."""

    @abstractmethod
    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield the records of a partition."""

    @abstractmethod
    def drop_requests(self) -> None:
        """Request nothing more for this stream."""

    @abstractmethod
    def fetch_sample(self) -> Page:
        """Make one cheap call, to see whether the stream can be read."""

    @abstractmethod
    def estimate_calls(self, users: int) -> int:
        """Return the estimated number of calls of the plan, in a company of `users` users."""

    @cached_property
    def api(self) -> ApiContext:
        """What the streams of the API share."""
        return self._connect()

    @property
    def settings(self) -> Settings:
        """The checked settings of the run."""
        return self.api.settings

    @property
    def time_zone(self) -> CompanyTimeZone:
        """The company's time zone, as far as it is known."""
        return self.api.time_zone

    def clean(self, text: object) -> str:
        """Return a text of the API as one short line without credentials."""
        return clean_text(text, known_secrets(self.settings, self.api.client.auth))

    @property
    def budget_note(self) -> str:
        """What to say when the budget has ended the stream."""
        calls = self.settings.max_api_calls
        return f"the {calls} calls of max_api_calls are used up; the next run resumes here"

    def query(
        self,
        params: Mapping[str, Any],
        label: str = "",
        split: Callable[[], Sequence[Query]] = tuple,
    ) -> Query:
        """Return a query of the endpoint; messages name it by the stream and `label`."""
        return Query(self.endpoint, params, self.report.label(label), self.stats, split)

    def request_shared(self, shared: SharedFetch[Page]) -> bool:
        """Request pages that this stream depends on, and return whether all have arrived.

        Raises:
            ApiError: the error that ended the fetch, with the name of this stream.
        """
        try:
            return shared.need()
        except RunError:
            raise
        except ApiError as error:
            raise type(error)(f"{self.name}: {error}") from error

    def mapper(
        self,
        columns: Iterable[str] | None = None,
        field_names: Mapping[str, str] | None = None,
        *,
        ignored_fields: Iterable[str] = (),
        path: str = "",
    ) -> RecordMapper:
        """Return a mapper for columns of the stream that warns of unknown fields.

        Args:
            columns: the columns; all by default.
            field_names: the API's names of fields that are spelt differently.
            ignored_fields: known fields without a column.
            path: the field of an item that holds these fields.
        """
        return RecordMapper(
            self.schema["properties"],
            columns,
            field_names,
            ignored_fields=ignored_fields,
            on_unknown_field=lambda field: self.report.unknown_field(
                f"{path}.{field}" if path else field
            ),
        )

    def inspect(self, page: Page) -> None:
        """Report what a page holds that is not loaded, except for the content of its items."""
        self._extracted_at = page.received_at
        self.report.inspect(page)

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        if self._has_ended or self.api.run.is_over(self.api.client):
            return
        try:
            if self._pending_error:
                raise self._pending_error
            for record in self.read(context):
                self.records_read += 1
                yield record
                if self._pending_error:
                    raise self._pending_error
            self._activate_version(context)
        except GeneratorExit:  # the SDK has reached the record limit of a dry run
            self._end()
            raise
        except BudgetExhaustedError:
            self.was_cut_short = True
            self.logger.warning("%s: %s", self.name, self.budget_note)
            self._end()
        except (ApiError, SyncError) as error:
            self._fail(error)
            self._end()
            return
        finally:
            self.state_manager.is_flushed = False  # so that the SDK writes the final STATE
        self._record_sync_time()

    def mark_failed(self, error: ApiError) -> None:
        """Request nothing for this stream, and let it fail when its turn comes."""
        self._pending_error = error
        self.drop_requests()

    def _fail(self, error: ApiError | SyncError) -> None:
        """Record why the stream cannot be synced; the run syncs the others and then fails."""
        if isinstance(error, ForbiddenError) and self.settings.skip_forbidden_streams:
            self.logger.warning("Skipped: %s", error)
        else:
            self.api.run.fail(self.api.client, error)
            # Without an exception, the SDK would report a success.
            self._timer.tags[metrics.Tag.STATUS] = metrics.Status.FAILED

    def _end(self) -> None:
        self._has_ended = True
        self.drop_requests()

    def _record_sync_time(self) -> None:
        # Only a budget keeps streams waiting for their turn.
        if self.settings.max_api_calls and self.stats.calls:
            self.stream_state.pop("turn", None)  # its name before the first release
            self.stream_state["last_synced_at"] = self.api.run.started_at.isoformat()

    def _activate_version(self, context: Context | None) -> None:
        is_last = (context or {}) == (self.partitions or [{}])[-1]
        # A stream that was skipped has not read what would replace the rows of earlier versions.
        if self._stream_version and is_last and self.has_progressed:
            super()._write_activate_version_message(self._stream_version)

    @override
    def _write_activate_version_message(self, full_table_version: int) -> None:
        # The SDK calls this before the first record. But the message makes targets delete the rows
        # of earlier versions, so `get_records` writes it after the last record.
        pass

    @override
    def get_sync_timer(self) -> metrics.Timer:
        self._timer = super().get_sync_timer()
        return self._timer

    @override
    def log_sync_costs(self) -> None:
        if not self.stats.calls:
            return
        days = f" of {count(self.days_read, 'day')}" if self.days_read else ""
        records = count(self.records_read, "record") + days
        self.logger.info("%s: %s, %s", self.name, records, self.stats)
        self.report.log_totals()
        point = metrics.Point(
            "counter",
            metric=metrics.Metric.HTTP_REQUEST_COUNT,
            value=self.stats.calls,
            tags={metrics.Tag.STREAM: self.name, metrics.Tag.ENDPOINT: self.endpoint.path},
        )
        metrics.log(self.metrics_logger, point=point)

    @override
    def get_batch_config(self, config: Mapping[str, Any]) -> None:
        """Return none: in batches, records would follow the STATE that covers them."""

    @override
    def _process_record(self, record: Record, *_: object, **__: object) -> None:
        # The SDK would sync child streams here. There are none, and records hold their partition.
        pass

    @override
    def _write_record_message(self, record: Record) -> None:
        try:
            messages = self._record_messages(record)
        except Exception as error:  # noqa: BLE001 - expressions may raise anything
            # The SDK would log an exception as unhandled here; `get_records` raises it instead.
            self._pending_error = SyncError(f"{self.name}: {stream_map_problem(error)}")
            return
        for message in messages:
            self._tap.write_message(message)

    def _record_messages(self, record: Record) -> list[FastRecordMessage | RecordMessage]:
        # The SDK would go through all columns of each record to drop deselected ones.
        if self._has_deselected_columns:
            return [*self._generate_record_messages(record)]
        return [
            FastRecordMessage(
                stream_map.stream_alias, mapped, self._stream_version, self._extracted_at
            )
            for stream_map in self.stream_maps
            if (mapped := stream_map.transform(record)) is not None
        ]

    @cached_property
    def _has_deselected_columns(self) -> bool:
        return not all(self.mask[("properties", column)] for column in self.schema["properties"])
