"""The settings of the tap: their schema, and the checks that a schema cannot express."""

from __future__ import annotations

import contextlib
import difflib
import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from singer_sdk import typing as th

from tap_gong_stats.config.values import PERIODS, Period, is_time_zone, parse_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOGINS = (
    ("access_key", "access_key_secret"),
    ("access_token",),
    ("client_id", "client_secret", "refresh_token", "oauth_token_file"),
)
"""The kinds of login, each with the settings that it takes."""

C = TypeVar("C", bound=str)

VISIBLE = re.compile(r"[!-~]*")
"""What a key may consist of, since it travels in an HTTP header."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
REVIEW_METHODS = ("MANUAL", "AUTOMATIC", "BOTH")
DEFAULT_HISTORY = timedelta(days=90)

MOST_DAYS = 100_000
"""Few enough for a date to have them before and behind it."""

MOST_THREADS = 1000
MANY = 10**9

A_LITTLE, A_LOT = 0.001, 1_000_000
"""Seconds, and calls a second, that every clock and timer can count."""

SCHEMA = th.PropertiesList(
    th.Property(
        "access_key",
        th.StringType,
        secret=True,
        title="Access key",
        description="API access key, made by a technical administrator of Gong.",
    ),
    th.Property(
        "access_key_secret",
        th.StringType,
        secret=True,
        title="Access key secret",
        description="Secret of the API access key.",
    ),
    th.Property(
        "access_token",
        th.StringType,
        secret=True,
        title="Access token",
        description="A ready OAuth bearer token, instead of an access key and its secret.",
    ),
    th.Property(
        "client_id",
        th.StringType,
        title="OAuth client id",
        description="Client id of an OAuth app of Gong, instead of an access key.",
    ),
    th.Property(
        "client_secret",
        th.StringType,
        secret=True,
        title="OAuth client secret",
        description="Client secret of the OAuth app.",
    ),
    th.Property(
        "refresh_token",
        th.StringType,
        secret=True,
        title="OAuth refresh token",
        description=(
            "First refresh token of the OAuth app. It can be used once; its successors are kept "
            "in oauth_token_file."
        ),
    ),
    th.Property(
        "oauth_token_file",
        th.StringType,
        title="OAuth token file",
        description=(
            "File in which the tap keeps the tokens that Gong hands out, readable by its owner "
            "only. It must outlive the run."
        ),
    ),
    th.Property(
        "oauth_url",
        th.StringType,
        default="https://app.gong.io",
        title="OAuth URL",
        description="Base URL of Gong's OAuth server.",
    ),
    th.Property(
        "api_url",
        th.StringType,
        default="https://api.gong.io",
        title="API URL",
        description="Base URL of your company's Gong API, without /v2.",
    ),
    th.Property(
        "start_date",
        th.StringType,
        title="Start date",
        description=(
            "First day to load, as YYYY-MM-DD in the company's time zone. Of a date-time, the "
            "date counts. Default: 90 days ago."
        ),
    ),
    th.Property(
        "end_date",
        th.StringType,
        title="End date",
        description="Day before which to stop, as YYYY-MM-DD. Default: today at the company.",
    ),
    th.Property(
        "time_zone",
        th.StringType,
        title="Time zone",
        description=(
            "The company's time zone in Gong, as an IANA name such as America/New_York. "
            "Default: learned from Gong's answers."
        ),
    ),
    th.Property(
        "lookback_days",
        th.NumberType,
        default=7,
        title="Look-back days",
        description="Finished days to read again in each run, because Gong still corrects them.",
    ),
    th.Property(
        "periods",
        th.ArrayType(th.StringType),
        default=["day"],
        title="Periods",
        description=(
            "Grains of aggregated_activity, activity_by_period and interaction_stats: any of day, "
            "week, month, quarter, year. Each grain has a bookmark of its own."
        ),
    ),
    th.Property(
        "days_per_call",
        th.NumberType,
        default=30,
        title="Days per call",
        description="Days in one call of the streams whose endpoint takes a range of days.",
    ),
    th.Property(
        "user_ids",
        th.ArrayType(th.StringType),
        title="User ids",
        description="Load only these users. Default: all.",
    ),
    th.Property(
        "review_method",
        th.StringType,
        default="BOTH",
        title="Review method",
        description=(
            "Which answered scorecards to load: MANUAL (by people), AUTOMATIC (by Gong's AI) or "
            "BOTH. Gong's own default leaves the AI's reviews out."
        ),
    ),
    th.Property(
        "coaching_period",
        th.StringType,
        default="week",
        title="Coaching period",
        description="Grain of coaching_metrics: day, week, month, quarter or year.",
    ),
    th.Property(
        "include_private_calls",
        th.BooleanType,
        default=True,
        title="Include private calls",
        description="Whether call_interaction_stats holds calls that are private in Gong.",
    ),
    th.Property(
        "include_inactive",
        th.BooleanType,
        default=False,
        title="Include inactive",
        description=(
            "Keep the rows of users and periods in which nothing happened. They also overwrite "
            "rows whose activity Gong has taken back."
        ),
    ),
    th.Property(
        "calls_per_second",
        th.NumberType,
        default=3,
        title="Calls per second",
        description="Pace of the API calls. Gong allows a company 3 calls a second.",
    ),
    th.Property(
        "concurrency",
        th.NumberType,
        default=10,
        title="Concurrency",
        description="API calls under way at once, at most.",
    ),
    th.Property(
        "max_api_calls",
        th.NumberType,
        title="Max API calls",
        description=(
            "Budget of a run: when it has made this many calls, it stops in good order, and the "
            "next run goes on there. Default: no limit."
        ),
    ),
    th.Property(
        "max_retry_after",
        th.NumberType,
        default=60,
        title="Max retry-after",
        description=(
            "Seconds that Gong may ask to wait. If it asks for more, as when the calls of the day "
            "are used up, the run stops in good order with an error."
        ),
    ),
    th.Property(
        "request_timeout",
        th.NumberType,
        default=300,
        title="Request timeout",
        description="Seconds to wait for an answer before a call is tried again.",
    ),
    th.Property(
        "skip_forbidden_streams",
        th.BooleanType,
        default=False,
        title="Skip forbidden streams",
        description=(
            "Leave a stream that the login may not read out, with a warning, instead of failing."
        ),
    ),
    th.Property(
        "allow_insecure_http",
        th.BooleanType,
        default=False,
        title="Allow insecure HTTP",
        description="Allow http:// URLs for other hosts than this machine.",
    ),
    th.Property(
        "motioncx_api_key",
        th.StringType,
        secret=True,
        title="MotionCX API key",
        description="Key of a MotionCX user. With it, the stream interaction_details is offered.",
    ),
    th.Property(
        "motioncx_api_url",
        th.StringType,
        default="https://api.motioncxapps.com",
        title="MotionCX API URL",
        description="Base URL of the MotionCX API.",
    ),
    th.Property(
        "motioncx_queue_ids",
        th.ArrayType(th.StringType),
        title="MotionCX queue ids",
        description="Load only the interactions of these queues. Default: all.",
    ),
    th.Property(
        "motioncx_page_size",
        th.NumberType,
        default=500,
        title="MotionCX page size",
        description="Interactions to ask for in one call to MotionCX.",
    ),
).to_dict()
"""The settings' JSON schema.

Whole numbers are declared as numbers, since the SDK turns integers in environment variables into
Python's own with a traceback for `abc`; `Settings.parse` asks for whole ones.
"""


class SettingsError(ValueError):
    """Settings with which a run must not begin, one line a problem in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The checked settings of a run. Their meaning stands in `SCHEMA`."""

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
    include_inactive: bool
    calls_per_second: float
    concurrency: int
    max_api_calls: int | None
    max_retry_after: float
    request_timeout: float
    skip_forbidden_streams: bool
    motioncx_api_key: str | None
    motioncx_api_url: str
    motioncx_queue_ids: tuple[str, ...]
    motioncx_page_size: int

    @classmethod
    def parse(cls, config: Mapping[str, Any], *, now: datetime | None = None) -> Settings:
        """Check the configuration and give its values their types.

        Args:
            config: the settings as they were given. A number may stand as text, as it does in
                an environment variable, or as a Decimal, as the SDK reads it from a file.
            now: the instant of the run, for the default of `start_date` and for dates that lie
                in the future.

        Raises:
            SettingsError: with every problem that was found, not only the first.
        """
        utc_today = (now or datetime.now(UTC)).astimezone(UTC).date()
        reader = _Reader(config)
        start_date = reader.day("start_date")
        end_date = reader.day("end_date")
        settings = cls(
            access_key=reader.key("access_key"),
            access_key_secret=reader.key("access_key_secret"),
            access_token=reader.key("access_token"),
            client_id=reader.key("client_id"),
            client_secret=reader.key("client_secret"),
            refresh_token=reader.key("refresh_token"),
            oauth_token_file=reader.text("oauth_token_file"),
            oauth_url=reader.url("oauth_url"),
            api_url=reader.url("api_url"),
            start_date=start_date or utc_today - DEFAULT_HISTORY,
            end_date=end_date,
            time_zone=reader.zone("time_zone"),
            lookback_days=reader.whole("lookback_days", least=0, most=MOST_DAYS),
            periods=reader.periods("periods"),
            days_per_call=reader.whole("days_per_call", least=1, most=MOST_DAYS),
            user_ids=reader.texts("user_ids"),
            review_method=reader.choice("review_method", REVIEW_METHODS),
            coaching_period=reader.choice("coaching_period", PERIODS),
            include_private_calls=reader.truth("include_private_calls"),
            include_inactive=reader.truth("include_inactive"),
            calls_per_second=reader.number("calls_per_second"),
            concurrency=reader.whole("concurrency", least=1, most=MOST_THREADS),
            max_api_calls=reader.optional_whole("max_api_calls", least=1),
            max_retry_after=reader.number("max_retry_after"),
            request_timeout=reader.number("request_timeout"),
            skip_forbidden_streams=reader.truth("skip_forbidden_streams"),
            motioncx_api_key=reader.key("motioncx_api_key"),
            motioncx_api_url=reader.url("motioncx_api_url"),
            motioncx_queue_ids=reader.texts("motioncx_queue_ids"),
            motioncx_page_size=reader.whole("motioncx_page_size", least=1),
        )
        reader.problems += settings._login_problems()
        # Somewhere on Earth it is already tomorrow.
        if start_date and start_date > utc_today + timedelta(days=1):
            reader.problem("start_date", f"{start_date} lies in the future", "set a past day")
        if end_date and end_date <= settings.start_date:
            default = "" if start_date else "the default of "
            reader.problem(
                "end_date",
                f"{end_date} does not lie after {default}start_date {settings.start_date}",
                "set a later day, or an earlier start_date; the end is exclusive",
            )
        if reader.problems:
            raise SettingsError(reader.problems)
        return settings

    def _login_problems(self) -> list[str]:
        begun = [kind for kind in LOGINS if any(getattr(self, name) for name in kind)]
        if not begun:
            return ["access_key: missing; set access_key and access_key_secret, or access_token"]
        if len(begun) > 1:
            first, second = (
                next(name for name in kind if getattr(self, name)) for kind in begun[:2]
            )
            return [f"{second}: set together with {first}; keep one kind of login"]
        (kind,) = begun
        return [
            f"{name}: missing; {', '.join(kind)} go together"
            for name in kind
            if not getattr(self, name)
        ]


def in_their_types(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that came in another type: as text or Decimal, or ids as numbers."""
    changed: dict[str, Any] = {}
    for name, schema in SCHEMA["properties"].items():
        value = config.get(name)
        if "number" in schema["type"] and isinstance(value, str | Decimal):
            with contextlib.suppress(ValueError):
                changed[name] = float(value)
        elif "array" in schema["type"] and isinstance(value, list) and any(map(_is_id, value)):
            changed[name] = [str(item) if _is_id(item) else item for item in value]
    return changed


def unknown_settings(config: Mapping[str, Any], known: Mapping[str, Any]) -> list[str]:
    """Return a warning for each setting that nobody reads, with the nearest name that exists."""
    warnings = []
    for name in config:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            warnings.append(f"{name}: unknown setting, not read{hint}")
    return warnings


def is_url(text: str) -> bool:
    """Tell whether requests can be sent there, as far as the form of the URL shows."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and parts.port != 0 and "@" not in parts.netloc
        host = (parts.hostname or "").encode("idna")
    except ValueError:
        return False
    return sound and bool(host) and text.isprintable() and " " not in text


def is_encrypted_or_local(url: str) -> bool:
    """Tell whether secrets can be sent to a URL: over https, or within this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in LOOPBACK


class _Reader:
    """Takes values out of a configuration and notes what is wrong with them.

    After a problem a value that fits the type stands in, so that the rest is checked as well.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.problems: list[str] = []
        self._config = config

    def problem(self, name: str, wrong: str, right: str) -> None:
        self.problems.append(f"{name}: {wrong}; {right}")

    def text(self, name: str) -> str | None:
        value = self._value(name)
        if value is None or isinstance(value, str):
            return value or None
        self.problem(name, "is not text", "put it in quotes")
        return None

    def key(self, name: str) -> str | None:
        value = self.text(name)
        if value and not VISIBLE.fullmatch(value):
            self.problem(
                name,
                "holds a blank, a line break or a character beyond ASCII, which no key has",
                "copy it anew",
            )
        return value

    def day(self, name: str) -> date | None:
        value = self._value(name)
        if value is None or value == "":
            return None
        try:
            return parse_day(str(value))
        except ValueError:
            self.problem(name, f"{str(value)!r} is not a date", "write it as YYYY-MM-DD")
            return None

    def zone(self, name: str) -> str | None:
        value = self.text(name)
        if value and not is_time_zone(value):
            self.problem(name, f"{value!r} is not a time zone", "use a name such as Europe/Berlin")
        return value

    def url(self, name: str) -> str:
        value = self._value(name)
        if "@" in str(value):
            self.problem(
                name,
                "holds an @, as if a login stood before it",
                "leave it out, keys have settings of their own",
            )
        elif not isinstance(value, str) or not is_url(value):
            default = SCHEMA["properties"][name]["default"]
            self.problem(name, f"{value!r} is not a URL", f"write it as {default}")
        elif not (is_encrypted_or_local(value) or self.truth("allow_insecure_http")):
            self.problem(
                name,
                f"{value!r} would send secrets unencrypted",
                "use https://, or set allow_insecure_http to true",
            )
        return str(value).rstrip("/").removesuffix("/v2")

    def whole(self, name: str, *, least: int, most: int = MANY) -> int:
        number = self._number(name, lambda n: least <= n <= most and n == int(n))
        if number is None:
            self._refuse(name, f"a whole number from {least} to {most}")
            return least
        return int(number)

    def optional_whole(self, name: str, *, least: int) -> int | None:
        return None if self._value(name) is None else self.whole(name, least=least)

    def number(self, name: str) -> float:
        number = self._number(name, lambda n: A_LITTLE <= n <= A_LOT)
        if number is None:
            self._refuse(name, f"a number from {A_LITTLE} to {A_LOT}")
            return 1
        return number

    def truth(self, name: str) -> bool:
        value = self._value(name)
        if not isinstance(value, bool):
            self._refuse(name, "true or false")
        return bool(value)

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._value(name) or []
        if isinstance(value, list) and all(isinstance(item, str) or _is_id(item) for item in value):
            return tuple(str(item) for item in value)
        self._refuse(name, "a list of ids")
        return ()

    def periods(self, name: str) -> tuple[Period, ...]:
        value = self._value(name)
        if isinstance(value, list) and value and all(item in PERIODS for item in value):
            return tuple(dict.fromkeys(value))
        self._refuse(name, f"a list with any of {', '.join(PERIODS)}")
        return ()

    def choice(self, name: str, choices: tuple[C, ...]) -> C:
        value = self._value(name)
        if value in choices:
            return value
        self._refuse(name, f"one of {', '.join(choices)}")
        return choices[0]

    def _value(self, name: str) -> object:
        value: object = self._config.get(name)
        return SCHEMA["properties"][name].get("default") if value is None else value

    def _refuse(self, name: str, right: str) -> None:
        self.problem(name, f"{self._value(name)!r} is not {right}", f"set {right}")

    def _number(self, name: str, sound: Callable[[float], bool]) -> float | None:
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) and sound(number) else None


def _is_id(value: object) -> bool:
    """Tell whether a value is an id that was written without quotes."""
    return isinstance(value, int) and not isinstance(value, bool)
