"""The checked, typed settings of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from tap_gong_stats.config.parser import ConfigParser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_gong_stats.config.values import Period


class SettingsError(ValueError):
    """An invalid configuration, with one line per problem in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)  # a repr would show secrets
class Settings:
    """The settings that `definitions.SETTINGS` describes, by name."""

    access_key: str | None
    access_key_secret: str | None
    access_token: str | None
    client_id: str | None
    client_secret: str | None
    refresh_token: str | None
    oauth_token_file: str | None
    oauth_url: str
    api_url: str
    start_date: date
    end_date: date | None
    time_zone: str | None
    lookback_days: int
    periods: tuple[Period, ...]
    days_per_call: int
    user_ids: tuple[str, ...]
    review_method: str
    coaching_period: Period
    include_private_calls: bool
    include_crm_context: bool
    include_inactive: bool
    calls_per_second: float
    concurrency: int
    max_api_calls: int | None
    max_retry_after: float
    request_timeout: float
    skip_forbidden_streams: bool
    allow_insecure_http: bool
    motioncx_api_key: str | None
    motioncx_api_url: str
    motioncx_queue_ids: tuple[str, ...]
    motioncx_page_size: int

    @classmethod
    def parse(cls, config: Mapping[str, Any], *, now: datetime | None = None) -> Settings:
        """Check a configuration and return its typed values.

        Args:
            config: the settings as given. Numbers may be text, as in environment variables, or
                Decimals, as the SDK reads them from files.
            now: the time of the run, which decides the default of `start_date` and whether it
                is in the future.

        Raises:
            SettingsError: listing every problem, not only the first.
        """
        utc_today = (now or datetime.now(UTC)).astimezone(UTC).date()
        parser = ConfigParser(config, utc_today=utc_today)
        if parser.problems:
            raise SettingsError(parser.problems)
        return cls(**parser.values)
