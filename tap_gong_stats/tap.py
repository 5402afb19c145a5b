"""The front door: the settings that the tap takes and the streams that it offers."""

from __future__ import annotations

import json
import signal
import sys
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click
from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.tap_base import CliTestOptionValue
from typing_extensions import override

from tap_gong_stats.api.auth import build_authenticator
from tap_gong_stats.api.rate_limit import Budget
from tap_gong_stats.config import settings
from tap_gong_stats.config.settings import Settings, SettingsError
from tap_gong_stats.connection_check import as_table, try_streams
from tap_gong_stats.http_stream import Connection
from tap_gong_stats.inputs import JsonFile, check_state
from tap_gong_stats.records.writer import Writer
from tap_gong_stats.streams.activity import ActivityByPeriod, AggregatedActivity, DailyActivity
from tap_gong_stats.streams.calls import CallInteractionStats
from tap_gong_stats.streams.coaching import CoachingMetrics
from tap_gong_stats.streams.interaction import InteractionStats
from tap_gong_stats.streams.lookups import Scorecards, Users, Workspaces
from tap_gong_stats.streams.motioncx import InteractionDetails, motioncx_authenticator
from tap_gong_stats.streams.scorecards import AnsweredScorecards
from tap_gong_stats.sync.time_zone import CompanyZone

if TYPE_CHECKING:
    from types import FrameType

    from click import Command, Context, Option
    from singer_sdk.plugin_base import _ConfigInput  # of a method that is public
    from singer_sdk.streams import Stream

    from tap_gong_stats.http_stream import HttpStream


class TapGongStats(Tap):
    """Singer tap for the statistics that Gong offers about sales conversations.

    Streams: activity_by_period, aggregated_activity, answered_scorecards, call_interaction_stats,
    coaching_metrics, daily_activity, interaction_stats, scorecards, users, workspaces; and with
    motioncx_api_key interaction_details.
    """

    name = "tap-gong-stats"
    package_name = "tap-gong-stats"
    config_jsonschema = deepcopy(settings.SCHEMA)  # the SDK adds its own settings
    message_writer_class = Writer
    # Without batches: in a batch, rows come after the STATE that speaks of them.
    capabilities = [  # noqa: RUF012 - the SDK declares it as a ClassVar
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        TapCapabilities.ACTIVATE_VERSION,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    @cached_property
    def gong(self) -> Connection:
        """What the Gong streams of this run share."""
        checked = Settings.parse(self.config)
        zone = CompanyZone(checked.time_zone)
        for stream, state in self.state.get("bookmarks", {}).items():
            if stream != InteractionDetails.name:  # whose days are those of UTC
                zone.remember(state.get("time_zone"))
        return Connection(
            checked, build_authenticator(checked), zone, Budget(checked.max_api_calls)
        )

    @cached_property
    def motioncx(self) -> Connection:
        """What the stream of the second source needs. Its days are those of UTC."""
        checked, budget = self.gong.settings, self.gong.budget
        return Connection(checked, motioncx_authenticator(checked), CompanyZone("UTC"), budget)

    @override
    def discover_streams(self) -> list[HttpStream]:
        def gong() -> Connection:
            return self.gong

        users, workspaces = Users(self, gong), Workspaces(self, gong)
        streams: list[HttpStream] = [
            ActivityByPeriod(self, gong),
            AggregatedActivity(self, gong),
            AnsweredScorecards(self, gong),
            CallInteractionStats(self, gong),
            CoachingMetrics(self, gong, users=users, workspaces=workspaces),
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
        """The streams in the order of a run.

        What is furthest behind comes first, and a stream that asks many times for a window last.
        But before all, where `max_api_calls` has ended the runs before, come those streams that
        have waited longest for their turn.
        """

        def order(item: tuple[str, Stream]) -> tuple[str, bool, str]:
            name, _ = item
            turn = self.state.get("bookmarks", {}).get(name, {}).get("turn", "")
            return str(turn), name == CoachingMetrics.name, self._oldest_bookmark(name)

        return dict(sorted(super().streams.items(), key=order))

    def _oldest_bookmark(self, stream: str) -> str:
        state = self.state.get("bookmarks", {}).get(stream, {})
        parts = state.get("partitions") or [state]
        return min(str(part.get("replication_key_value") or "") for part in parts)

    @classmethod
    @override
    def cb_config(cls, ctx: Context, param: Option, value: tuple[str, ...]) -> _ConfigInput:
        # Checked where it is read, as what is behind /dev/stdin can be read only once.
        try:
            return super().cb_config(ctx, param, value)
        except OSError as error:
            raise click.BadParameter(str(error), ctx, param) from error
        except (TypeError, ValueError) as error:
            wrong = f"{', '.join(value)} does not hold a JSON object"
            raise click.BadParameter(wrong, ctx, param) from error

    @classmethod
    @override
    def cb_test(cls, ctx: Context, param: Option, value: str) -> None:
        """Try each selected stream with one call and print a table, and load no rows."""
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        given, catalog = ctx.params["config"], ctx.params["catalog"]
        tap = cls(
            config=given.config,
            parse_env_config=given.parse_env,
            catalog=json.load(catalog) if catalog else None,
        )
        streams = cast("dict[str, HttpStream]", tap.streams)
        findings = try_streams(stream for stream in streams.values() if stream.selected)
        click.echo(as_table(findings), err=True)
        ctx.exit(0 if all(finding.good for finding in findings) else 1)

    @classmethod
    @override
    def get_singer_command(cls) -> Command:
        command = super().get_singer_command()
        for option in command.params:
            if option.name == "catalog":
                option.is_eager = True  # so that `--test` knows it, wherever it stands
            if option.name in {"catalog", "state"}:
                option.type = JsonFile()
        return command

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        check_state(state)
        super().load_state(state)

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        # The SDK offers no public place between reading the settings and checking them, and its
        # check fills in defaults: not into the caller's own dictionary.
        self._config = {**self._config, **settings.in_their_types(self._config)}
        try:
            Settings.parse(self._config)
        except SettingsError as error:
            if raise_errors:
                raise ConfigValidationError(str(error), errors=error.problems) from error
            return error.problems
        problems = super()._validate_config(raise_errors=raise_errors)
        for warning in settings.unknown_settings(
            self._config, self.config_jsonschema["properties"]
        ):
            self.logger.warning(warning)
        return problems

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> NoReturn:
        # The SDK would write the state here once more, perhaps into the middle of a line that is
        # being written, and end with 0. The last STATE stands behind its window already.
        self.logger.warning("Stopped by %s", signal.Signals(signum).name)
        sys.exit(128 + signum)
