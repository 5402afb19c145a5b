"""Which faults happen to which requests of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gong_sandbox.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gong_sandbox.faults import Request

SILENT = {Fault.SILENT_BEFORE_HEADERS, Fault.SILENT_IN_HEADERS, Fault.SILENT_IN_BODY}
"""The tap notices them after `request_timeout`."""

HARMLESS = {Fault.DUPLICATE_ITEM, Fault.UNUSUAL_VALUES, Fault.TOTAL_TOO_LOW}
"""They change no row, however often they happen."""

PERMANENT = {Fault.REDIRECT, Fault.REPEATED_CURSOR}
"""They fail a stream at once."""

TRANSIENT = set(Fault) - PERMANENT
"""If they happen once, the tap recovers."""

UNDETECTABLE_AT_MOTIONCX = {Fault.NULL_LIST, Fault.MISSING_LIST, Fault.DUPLICATE_ITEM}
"""MotionCX sends no total and pages by the number of items."""

MAX_FAILURES_PER_PAGE = 3
"""Well below the tries of the tap, as other faults may fail the same request."""


def is_detectable(fault: Fault, request: Request) -> bool:
    """Return whether the tap can distinguish the faulty response from a correct one."""
    return fault not in UNDETECTABLE_AT_MOTIONCX or not request.path.startswith("/motioncx/")


@dataclass(frozen=True)
class Outage:
    """A fault that does not end.

    Attributes:
        fault: the fault.
        path: the end of the path of the only endpoint that it affects; by default all are.
    """

    fault: Fault
    path: str = ""

    def affects(self, request: Request) -> bool:
        """Return whether a request fails."""
        return request.path.endswith(self.path) and is_detectable(self.fault, request)


@dataclass
class FaultSchedule:
    """Assigns faults to requests in the order of their arrival, and then an outage to the rest.

    A fault is skipped where it would be one more than the tap can recover from.

    Attributes:
        faults: the faults of the first requests; None for none.
        outage: what happens to all later requests.
        injected: the faults that have happened.
    """

    faults: Iterable[Fault | None] = ()
    outage: Outage | None = None
    injected: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._upcoming = iter(self.faults)
        self._failures: Counter[str] = Counter()

    def __call__(self, request: Request) -> Fault | None:
        """Return the fault for a request."""
        fault = next(self._upcoming, ...)
        if fault is ...:
            is_affected = self.outage and self.outage.affects(request)
            fault = self.outage.fault if self.outage and is_affected else None
        elif fault and not self._is_recoverable(fault, request):
            fault = None
        if fault:
            self.injected.append(fault)
        return fault

    def _is_recoverable(self, fault: Fault, request: Request) -> bool:
        if not is_detectable(fault, request):
            return False
        limit, scope = MAX_FAILURES_PER_PAGE, f"{request.window} {request.params}"
        if fault in HARMLESS:
            return True
        if fault in {Fault.TOTAL_TOO_HIGH, Fault.EXPIRED_CURSOR}:
            limit, scope = 1, f"{fault} {request.window}"  # the window is fetched again
        elif fault is Fault.REFUSED:
            limit, scope = 1, fault  # all requests in flight fail with this one
        elif fault in SILENT:
            limit, scope = 1, "silent"  # each takes the time of a timeout
        self._failures[scope] += 1
        return self._failures[scope] <= limit
