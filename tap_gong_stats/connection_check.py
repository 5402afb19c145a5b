"""The check behind `--test`: one cheap call for each stream, and a table of the results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from singer_sdk.exceptions import SingerSDKError

from tap_gong_stats.errors import ApiError, BudgetExhaustedError, ForbiddenError, RunError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_gong_stats.api.client import ApiClient
    from tap_gong_stats.streams.base import ApiStream

MAX_TIMEOUT = 10.0
"""Maximum seconds to wait for a response, because someone is waiting for the table."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one call has shown about a stream."""

    stream: str
    scope: str
    allowed: str
    items: str
    action: str

    @property
    def passed(self) -> bool:
        """Whether the stream can be read."""
        return self.allowed == "yes"


def check_streams(streams: Iterable[ApiStream]) -> list[CheckResult]:
    """Make one call for each stream; after an error of a whole API, its other streams fail, too."""
    results: list[CheckResult] = []
    causes: dict[ApiClient, RunError] = {}
    for stream in streams:
        try:
            if cause := causes.get(stream.api.client):
                raise cause
            results.append(_check(stream))
        except RunError as error:
            causes[stream.api.client] = error
            scope = stream.endpoint.scope
            results.append(CheckResult(stream.name, scope, "failed", "", str(error)))
    return results


def as_table(results: list[CheckResult]) -> str:
    """Return the results as lines of text in columns."""
    rows = [("stream", "scope", "allowed", "rows seen", "what to do")]
    rows += [(it.stream, it.scope, it.allowed, it.items, it.action) for it in results]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]
        ).rstrip()
        for row in rows
    )


def _check(stream: ApiStream) -> CheckResult:
    scope = stream.endpoint.scope
    try:
        stream.api.client.limit_timeout(MAX_TIMEOUT)
        page = stream.fetch_sample()
    except ForbiddenError as error:
        _, _, action = str(error).rpartition("; ")
        return CheckResult(stream.name, scope, "no", "", action)
    except RunError:
        raise
    except (ApiError, SingerSDKError) as error:
        return CheckResult(stream.name, scope, "failed", "", str(error))
    except BudgetExhaustedError:
        return CheckResult(stream.name, scope, "failed", "", "raise max_api_calls")
    action = "" if page.items else "nothing to do; the latest window is empty"
    return CheckResult(stream.name, scope, "yes", str(len(page.items)), action)
