"""The entry point: the settings of the tap and its streams."""

from __future__ import annotations

import json
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast

import click
from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.tap_base import CliTestOptionValue
from typing_extensions import override

from tap_gong_stats.api.endpoints import count
from tap_gong_stats.api.gong import GongClient
from tap_gong_stats.api.motioncx import MotionCXClient
from tap_gong_stats.api.rate_limit import CallBudget, RateLimiter
from tap_gong_stats.cli import WRONG_JSON, adapt_options
from tap_gong_stats.config.json_schema import CONFIG_SCHEMA, coerce_types, unknown_settings
from tap_gong_stats.config.sdk_settings import (
    check_characters,
    check_stream_maps,
    declare_activate_version,
    parse_environment,
    stream_map_problem,
)
from tap_gong_stats.config.settings import Settings, SettingsError
from tap_gong_stats.connection_check import as_table, check_streams
from tap_gong_stats.errors import NoProgressError
from tap_gong_stats.records.output import Termination
from tap_gong_stats.records.writer import BufferedMessageWriter
from tap_gong_stats.streams.activity import ActivityByPeriod, AggregatedActivity, DailyActivity
from tap_gong_stats.streams.calls import CallInteractionStats
from tap_gong_stats.streams.coaching import CoachingMetrics
from tap_gong_stats.streams.estimate import CallEstimate
from tap_gong_stats.streams.interaction import InteractionStats
from tap_gong_stats.streams.motioncx import InteractionDetails
from tap_gong_stats.streams.reference import Scorecards, Users, Workspaces
from tap_gong_stats.streams.routers import LocalDateRouter, ManagerRouter, TimeZoneRouter
from tap_gong_stats.streams.run import ApiContext, Run
from tap_gong_stats.streams.run_order import in_run_order
from tap_gong_stats.streams.scorecards import AnsweredScorecards
from tap_gong_stats.streams.user_ids import check_user_ids
from tap_gong_stats.sync.state import validate_state
from tap_gong_stats.sync.time_zone import CompanyTimeZone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

    from click import Command, Context, Option
    from singer_sdk.plugin_base import _ConfigInput  # of a method that is public
    from singer_sdk.streams import Stream

    from tap_gong_stats.streams.base import ApiStream


class TapGongStats(Tap):
    """Singer tap that loads Gong's statistics about sales calls into any warehouse.

    Streams: activity_by_period, aggregated_activity, answered_scorecards, call_interaction_stats,
    coaching_metrics, daily_activity, interaction_stats, scorecards, users, workspaces; and, with
    motioncx_api_key, interaction_details.
    """

    name = "tap-gong-stats"
    package_name = "tap-gong-stats"
    config_jsonschema = declare_activate_version(CONFIG_SCHEMA)
    message_writer_class = BufferedMessageWriter
    termination: ClassVar = Termination()  # of the process
    # Without batches: in a batch, records follow the STATE that covers them.
    capabilities = [  # noqa: RUF012 - the SDK declares it as a ClassVar
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ACTIVATE_VERSION,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    @cached_property
    def run(self) -> Run:
        """What the streams of a run share."""
        return Run(started_at=datetime.fromtimestamp(self.initialized_at / 1000, UTC))

    @cached_property
    def gong(self) -> ApiContext:
        """What the streams of Gong share."""
        checked = Settings.parse(self.config)
        time_zone = CompanyTimeZone(checked.time_zone)
        for stream, state in self.state.get("bookmarks", {}).items():
            if stream != InteractionDetails.name:  # whose days are those of UTC
                time_zone.restore(state.get("time_zone"))
        limiter = RateLimiter(checked.calls_per_second, CallBudget(checked.max_api_calls))
        client = GongClient(checked, limiter, user_agent=self._user_agent)
        return ApiContext(checked, client, time_zone, self.run)

    @cached_property
    def motioncx(self) -> ApiContext:
        """What the stream of MotionCX needs. Its days are those of UTC, its limit is its own."""
        checked = self.gong.settings
        limiter = RateLimiter(checked.calls_per_second, self.gong.client.rate_limiter.budget)
        client = MotionCXClient(checked, limiter, user_agent=self._user_agent)
        return ApiContext(checked, client, CompanyTimeZone("UTC"), self.run)

    @property
    def _user_agent(self) -> str:
        return f"{self.name}/{self.plugin_version}"

    @override
    def discover_streams(self) -> list[ApiStream]:
        def gong() -> ApiContext:
            return self.gong

        users, workspaces = Users(self, gong), Workspaces(self, gong)
        aggregated_activity = AggregatedActivity(self, gong)
        time_zone_router = TimeZoneRouter(aggregated_activity)
        manager_router = ManagerRouter(time_zone_router, users, workspaces)
        streams: list[ApiStream] = [
            ActivityByPeriod(self, gong),
            aggregated_activity,
            AnsweredScorecards(self, gong, router=LocalDateRouter(time_zone_router)),
            CallInteractionStats(self, gong, router=time_zone_router),
            CoachingMetrics(self, gong, router=manager_router),
            DailyActivity(self, gong),
            InteractionStats(self, gong),
            Scorecards(self, gong),
            users,
            workspaces,
        ]
        if self.config.get("motioncx_api_key"):
            streams.append(InteractionDetails(self, lambda: self.motioncx))
        return streams

    @property
    @override
    def streams(self) -> dict[str, Stream]:
        """The streams in the order of a run."""
        return in_run_order(super().streams, self.state.get("bookmarks", {}))

    @override  # type: ignore[misc] # final in the SDK, whose loop over streams runs inside
    def sync_all(self) -> None:
        """Sync all selected streams, and fail at the end if some could not be synced.

        Raises:
            ApiError: why a stream could not be synced.
            SyncFailedError: if that happened to several.
        """
        with self._running(stream for stream in self.streams.values() if stream.selected):
            super().sync_all()

    @override  # type: ignore[misc] # final in the SDK, like `sync_all`
    def run_sync_dry_run(
        self, dry_run_record_limit: int | None = 1, streams: Iterable[Stream] | None = None
    ) -> bool:
        """Sync up to a number of records of each stream, as the SDK's standard tests do."""
        tested = [*(self.streams.values() if streams is None else streams)]
        with self._running(tested):
            return super().run_sync_dry_run(dry_run_record_limit, tested)

    def _log_total(self, streams: list[ApiStream]) -> None:
        self.logger.info(
            "Loaded %s of %s in %s, %s, %.0f s",
            count(sum(stream.records_read for stream in streams), "record"),
            count(sum(stream.has_progressed for stream in streams), "stream"),
            count(sum(stream.stats.calls for stream in streams), "API call"),
            count(sum(stream.stats.retries for stream in streams), "retry", "retries"),
            (datetime.now(UTC) - self.run.started_at).total_seconds(),
        )

    def _check_progress(self, streams: list[ApiStream]) -> None:
        """Fail the run if the budget has ended it before anything was complete."""
        was_cut_short = any(stream.was_cut_short for stream in streams)
        has_progressed = any(stream.has_progressed for stream in streams)
        if was_cut_short and not has_progressed and not self.run.failures:
            calls = count(self.gong.settings.max_api_calls or 0, "API call")
            problem = f"no window or list is complete, as max_api_calls allows only {calls}"
            self.run.failures.append(NoProgressError(f"{problem}; raise it or lower days_per_call"))

    @contextmanager
    def _running(self, streams: Iterable[Stream]) -> Iterator[None]:
        planned = cast("list[ApiStream]", [*streams])
        users = cast("Users", self.streams[Users.name])
        of_gong = [stream for stream in planned if stream.api is self.gong]
        self.run.plan(planned)
        self.run.before_windows = CallEstimate(of_gong, users).log_once
        try:
            check_user_ids(users, planned)
            if all(self.run.is_over(stream.api.client) for stream in planned):
                self.run.raise_failures()  # without writing a STATE
            self.run.start()
            yield
            self._log_total(planned)
            self._check_progress(planned)
        finally:
            self.run.close()
        self.run.raise_failures()

    @classmethod
    @override
    def cb_config(cls, ctx: Context, param: Option, value: tuple[str, ...]) -> _ConfigInput:
        # Checked while it is read, because /dev/stdin can be read only once.
        try:
            return super().cb_config(ctx, param, value)
        except OSError as error:
            raise click.BadParameter(str(error), ctx, param) from error
        except (TypeError, *WRONG_JSON) as error:
            wrong = f"{', '.join(value)} does not hold a JSON object"
            raise click.BadParameter(wrong, ctx, param) from error

    @classmethod
    @override
    def cb_test(cls, ctx: Context, param: Option, value: str) -> None:
        """Check each selected stream with one call, print a table, and load nothing."""
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        config, catalog = ctx.params["config"], ctx.params["catalog"]
        tap = cls(
            config=config.config,
            parse_env_config=config.parse_env,
            catalog=json.load(catalog) if catalog else None,
        )
        streams = cast("dict[str, ApiStream]", tap.streams)
        results = check_streams(stream for stream in streams.values() if stream.selected)
        click.echo(as_table(results), err=True)
        ctx.exit(0 if all(result.passed for result in results) else 1)

    @classmethod
    @override
    def get_singer_command(cls) -> Command:
        return adapt_options(super().get_singer_command())

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        validate_state(state)
        super().load_state(state)

    @classproperty
    @override
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805 - a property of the class
        # The SDK would raise a traceback that does not name the setting.
        cls.append_builtin_config(cls.config_jsonschema)
        try:
            return parse_environment(cls.config_jsonschema, cls._env_var_prefix)
        except SettingsError as error:
            raise ConfigValidationError(str(error), errors=error.problems) from error

    @override
    def setup_mapper(self) -> None:
        _ = self.catalog  # outside of what may fail because of stream maps
        try:
            super().setup_mapper()
        except ConfigValidationError:
            raise
        except Exception as error:
            problem = stream_map_problem(error)
            raise ConfigValidationError(problem, errors=[problem]) from error

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        # The SDK offers no public place between reading the settings and checking them, and its
        # check fills in defaults: not into the caller's own dictionary.
        config = {**self._config, **coerce_types(self._config)}
        self._config = {name: value for name, value in config.items() if value is not None}
        try:
            Settings.parse(self._config)
            check_characters(self._config)
            check_stream_maps(self._config)
        except SettingsError as error:
            if raise_errors:
                raise ConfigValidationError(str(error), errors=error.problems) from error
            return error.problems
        problems = super()._validate_config(raise_errors=raise_errors)
        known = deepcopy(self.config_jsonschema)
        self.append_builtin_config(known)
        for warning in unknown_settings(self._config, known["properties"]):
            self.logger.warning(warning)
        return problems

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        # The SDK would write the state once more, perhaps into the middle of a line that is being
        # written, and exit with 0. The last STATE has followed its window already.
        self.termination.handle(signum)
