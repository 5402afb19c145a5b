"""The one table of settings.

The JSON schema for the SDK, the checks of `Settings.parse`, the settings in meltano.yml and the
tables in the documentation are generated from it or tested against it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tap_gong_stats.config.validators.lists import Ids, Periods
from tap_gong_stats.config.validators.scalars import Boolean, Integer, Number
from tap_gong_stats.config.validators.texts import ApiKey, Choice, Day, Text, TimeZone, Url
from tap_gong_stats.config.values import PERIODS

if TYPE_CHECKING:
    from tap_gong_stats.config.validators.base import Validator

MIN_DAY = date(1970, 1, 1)
MAX_DAYS = 100_000
"""The longest span of days; subtracting it from a day since `MIN_DAY` gives a valid date."""

MAX_CONCURRENCY = 1000
MAX_COUNT = 10**9
MIN_NUMBER, MAX_NUMBER = 0.001, 1_000_000
"""Bounds of seconds and of calls per second that timers can handle."""

REVIEW_METHODS = ("MANUAL", "AUTOMATIC", "BOTH")

OAUTH_URL = "https://app.gong.io"
API_URL = "https://api.gong.io"
MOTIONCX_API_URL = "https://api.motioncxapps.com"

AUTH_METHODS = (
    ("access_key", "access_key_secret"),
    ("access_token",),
    ("client_id", "client_secret", "refresh_token", "oauth_token_file"),
)
"""The authentication methods, each with the settings that it requires."""


class Setting(NamedTuple):
    """A setting of the tap.

    Attributes:
        default: the default as JSON; None if the setting may be unset or its default depends on
            the day of the run.
        secret: whether Meltano and the SDK must hide the value.
    """

    name: str
    title: str
    validator: Validator
    description: str
    default: str | float | bool | list[str] | None = None
    secret: bool = False


SETTINGS = (
    Setting(
        "access_key",
        "Access key",
        ApiKey(),
        "API access key, which a technical administrator creates in Gong.",
        secret=True,
    ),
    Setting(
        "access_key_secret",
        "Access key secret",
        ApiKey(),
        "Secret that belongs to the API access key.",
        secret=True,
    ),
    Setting(
        "access_token",
        "Access token",
        ApiKey(),
        "OAuth bearer token, used instead of an access key. The tap does not refresh it.",
        secret=True,
    ),
    Setting(
        "client_id",
        "OAuth client ID",
        ApiKey(),
        "Client ID of a Gong OAuth app, used instead of an access key.",
    ),
    Setting(
        "client_secret",
        "OAuth client secret",
        ApiKey(),
        "Client secret of the OAuth app.",
        secret=True,
    ),
    Setting(
        "refresh_token",
        "OAuth refresh token",
        ApiKey(),
        "First refresh token of the OAuth app. Refresh tokens are single-use: the tap stores each "
        "new one in oauth_token_file.",
        secret=True,
    ),
    Setting(
        "oauth_token_file",
        "OAuth token file",
        Text(),
        "File in which the tap stores the OAuth tokens, readable only by its owner. It must "
        "persist between runs.",
    ),
    Setting(
        "oauth_url",
        "OAuth URL",
        Url(OAUTH_URL),
        "Base URL of Gong's OAuth server.",
        default=OAUTH_URL,
    ),
    Setting(
        "api_url",
        "API URL",
        Url(API_URL),
        "Base URL of your company's Gong API, without /v2. Ignored with an OAuth app, for which "
        "Gong returns the URL with the tokens.",
        default=API_URL,
    ),
    Setting(
        "start_date",
        "Start date",
        Day(minimum=MIN_DAY),
        "First day to load, as YYYY-MM-DD in the company's time zone; the time of a date-time is "
        "ignored. Default: 90 days ago.",
    ),
    Setting(
        "end_date",
        "End date",
        Day(minimum=MIN_DAY),
        "Day after the last day to load, as YYYY-MM-DD. Default: today in the company's time zone.",
    ),
    Setting(
        "time_zone",
        "Time zone",
        TimeZone(),
        "The company's time zone in Gong, as an IANA name such as America/New_York. Default: "
        "detected from API responses.",
    ),
    Setting(
        "lookback_days",
        "Lookback days",
        Integer(minimum=0, maximum=MAX_DAYS),
        "Number of days before the bookmark that each run loads again, because Gong still "
        "corrects recent statistics.",
        default=7,
    ),
    Setting(
        "periods",
        "Periods",
        Periods(),
        "Calendar periods of aggregated_activity, activity_by_period and interaction_stats: one or "
        "more of day, week, month, quarter and year. Each period has its own bookmark.",
        default=["day"],
    ),
    Setting(
        "days_per_call",
        "Days per call",
        Integer(minimum=1, maximum=MAX_DAYS),
        "Maximum number of days per API call, for the streams that load several days at once.",
        default=30,
    ),
    Setting(
        "user_ids",
        "User IDs",
        Ids(),
        "IDs of the users to load statistics for. Default: all users.",
    ),
    Setting(
        "review_method",
        "Review method",
        Choice(REVIEW_METHODS),
        "Answered scorecards to load: MANUAL (reviewed by people), AUTOMATIC (reviewed by Gong's "
        "AI) or BOTH. Gong's own default is MANUAL.",
        default="BOTH",
    ),
    Setting(
        "coaching_period",
        "Coaching period",
        Choice(PERIODS),
        "Calendar period of coaching_metrics: day, week, month, quarter or year.",
        default="week",
    ),
    Setting(
        "include_private_calls",
        "Include private calls",
        Boolean(),
        "Include calls that are marked as private in Gong in call_interaction_stats.",
        default=True,
    ),
    Setting(
        "include_crm_context",
        "Include CRM context",
        Boolean(),
        "Include in call_interaction_stats the IDs and types of the accounts and opportunities "
        "that are linked to each call.",
        default=False,
    ),
    Setting(
        "include_inactive",
        "Include inactive",
        Boolean(),
        "Keep records without activity where Gong returns them: in daily_activity and "
        "activity_by_period, for the inactive days of users who are active in the same request; "
        "in activity_by_period, also for inactive users in user_ids. Such records overwrite rows "
        "whose activity was later removed in Gong.",
        default=False,
    ),
    Setting(
        "calls_per_second",
        "Calls per second",
        Number(minimum=MIN_NUMBER, maximum=MAX_NUMBER),
        "Rate limit in API calls per second. Gong allows 3 per company.",
        default=3,
    ),
    Setting(
        "concurrency",
        "Concurrency",
        Integer(minimum=1, maximum=MAX_CONCURRENCY),
        "Maximum number of concurrent API calls.",
        default=10,
    ),
    Setting(
        "max_api_calls",
        "Max API calls",
        Integer(minimum=1, maximum=MAX_COUNT),
        "Maximum number of API calls per run. When it is reached, the run exits cleanly; the next "
        "run resumes there. Default: no limit.",
    ),
    Setting(
        "max_retry_after",
        "Max Retry-After",
        Number(minimum=MIN_NUMBER, maximum=MAX_NUMBER),
        "Longest Retry-After to obey, in seconds. If Gong requests a longer wait, such as when "
        "the daily quota is used up, the run exits with an error; the next run resumes there.",
        default=60,
    ),
    Setting(
        "request_timeout",
        "Request timeout",
        Number(minimum=MIN_NUMBER, maximum=MAX_NUMBER),
        "Seconds to wait for a response, once connected, before retrying the call.",
        default=300,
    ),
    Setting(
        "skip_forbidden_streams",
        "Skip forbidden streams",
        Boolean(),
        "Skip streams that the credentials may not read, with a warning, instead of failing.",
        default=False,
    ),
    Setting(
        "allow_insecure_http",
        "Allow insecure HTTP",
        Boolean(),
        "Allow http:// URLs for hosts other than this machine.",
        default=False,
    ),
    Setting(
        "motioncx_api_key",
        "MotionCX API key",
        ApiKey(),
        "API key of a MotionCX user. Enables the stream interaction_details.",
        secret=True,
    ),
    Setting(
        "motioncx_api_url",
        "MotionCX API URL",
        Url(MOTIONCX_API_URL),
        "Base URL of the MotionCX API.",
        default=MOTIONCX_API_URL,
    ),
    Setting(
        "motioncx_queue_ids",
        "MotionCX queue IDs",
        Ids(),
        "IDs of the MotionCX queues whose interactions are loaded. Default: all queues.",
    ),
    Setting(
        "motioncx_page_size",
        "MotionCX page size",
        Integer(minimum=1, maximum=MAX_COUNT),
        "Number of interactions per call to the MotionCX API.",
        default=500,
    ),
)
