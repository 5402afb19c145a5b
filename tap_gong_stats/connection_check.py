"""What `--test` does: one cheap call for each stream, and a table of what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from singer_sdk.exceptions import SingerSDKError

from tap_gong_stats.api.errors import ForbiddenError
from tap_gong_stats.api.rate_limit import BudgetSpentError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_gong_stats.http_stream import HttpStream


@dataclass(frozen=True, slots=True)
class Finding:
    """What one call has shown of a stream."""

    stream: str
    scope: str
    allowed: str
    rows: str
    to_do: str

    @property
    def good(self) -> bool:
        """Whether the stream can be read."""
        return self.allowed == "yes"


def try_streams(streams: Iterable[HttpStream]) -> list[Finding]:
    """Make one call for each stream."""
    return [_try(stream) for stream in streams]


def as_table(findings: list[Finding]) -> str:
    """Return the findings as lines of text in columns."""
    rows = [("stream", "scope", "allowed", "rows seen", "what to do")]
    rows += [(it.stream, it.scope, it.allowed, it.rows, it.to_do) for it in findings]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]
        ).rstrip()
        for row in rows
    )


def _try(stream: HttpStream) -> Finding:
    try:
        page = stream.probe()
    except ForbiddenError as error:
        _, _, to_do = str(error).rpartition("; ")
        return Finding(stream.name, stream.scope, "no", "", to_do)
    except (SingerSDKError, BudgetSpentError) as error:
        return Finding(stream.name, stream.scope, "failed", "", str(error) or "max_api_calls")
    to_do = "" if page.items else "nothing; the last window is empty"
    return Finding(stream.name, stream.scope, "yes", str(len(page.items)), to_do)
