"""Requests of MotionCX."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AliasChoices, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from gong_sandbox.company.calendar import start_of_day
from gong_sandbox.request_models.base import EndInstant, RequestModel, StartInstant

_MAX_PERIODS = 100_000
_QUARTER_HOUR = 900
_HOUR = 3600


def _check_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be an IANA time zone such as America/New_York") from error
    return name


Period = Annotated[int, Field(ge=-_MAX_PERIODS, le=_MAX_PERIODS)]


class InteractionsRequest(RequestModel):
    """MotionCX interactions of a range: two instants, or periods relative to the current one."""

    model_config = ConfigDict(
        alias_generator=to_pascal,
        json_schema_extra={
            "examples": [
                {
                    "StartDateTime": "2026-03-02T00:00:00-0500",
                    "EndDateTime": "2026-03-03T00:00:00-0500",
                    "OrderBy": "StartedDateTimeUtc",
                    "Limit": 10,
                    "Offset": 0,
                }
            ]
        },
    )

    start_date_time: StartInstant | None = None
    end_date_time: EndInstant | None = None
    relative_period_start: Annotated[
        Period | None,
        Field(description="First period: 0 for the current one, negative for earlier ones."),
    ] = None
    relative_period_end: Annotated[Period | None, Field(description="Last period, inclusive.")] = (
        None
    )
    resolution: Annotated[
        Literal["Day", "Hour", "QuarterHour"] | None,
        Field(description="Length of the relative periods."),
    ] = None
    relative_time_zone: Annotated[
        str,
        AfterValidator(_check_time_zone),
        Field(
            # MotionCX documents both spellings.
            validation_alias=AliasChoices("RelativeTimeZone", "RelativeTimezone"),
            description="The time zone of relative days, an IANA name.",
        ),
    ] = "UTC"
    date_filter_field: Annotated[
        str, Field(description="The date field that must lie in the range.")
    ] = "StartedDateTimeUtc"
    queues: Annotated[list[int] | None, Field(description="Only these queues, by id.")] = None
    filter: Annotated[
        dict[str, Any] | None,
        Field(
            description="Conditions by field, such as `31` or `{'$gt': 60}`; with `$eq`, `$ne`,"
            " `$gt`, `$gte`, `$lt`, `$lte`, `$in`, `$nin`, `$and`, `$or`, `$not`."
        ),
    ] = None
    fields: Annotated[
        list[str] | None, Field(description="Only these fields; all fields if empty.")
    ] = None
    order_by: Annotated[str | None, Field(description="The field to sort by.")] = None
    limit: Annotated[int | None, Field(ge=1, description="Maximum number of items.")] = None
    offset: Annotated[int | None, Field(ge=0, description="Number of items to skip.")] = None

    @property
    def missing_bound(self) -> str | None:
        """The name of a parameter that the range lacks, if it is incomplete."""
        absolute = ("start_date_time", "end_date_time")
        relative = ("relative_period_start", "relative_period_end", "resolution")
        is_relative = any(getattr(self, name) is not None for name in relative)
        for names in (absolute, relative) if is_relative else (absolute,):
            missing = [to_pascal(name) for name in names if getattr(self, name) is None]
            if not missing:
                return None
        return missing[0]

    def range(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the range of instants, without its end, if no bound is missing.

        Absolute bounds prevail over relative ones.

        Args:
            now: The current instant, to which relative periods refer.
        """
        if self.start_date_time and self.end_date_time:
            return self.start_date_time, self.end_date_time
        zone = ZoneInfo(self.relative_time_zone)
        first, last = self.relative_period_start or 0, (self.relative_period_end or 0) + 1
        if self.resolution == "Day":
            today = now.astimezone(zone).date()
            start, end = (start_of_day(today + timedelta(days=n), zone) for n in (first, last))
            return start, end
        seconds = _HOUR if self.resolution == "Hour" else _QUARTER_HOUR
        current = int(now.timestamp() // seconds * seconds)
        start, end = (datetime.fromtimestamp(current + n * seconds, UTC) for n in (first, last))
        return start, end
