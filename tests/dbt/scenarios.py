"""Histories of the sandbox's company, read by the tap in several runs."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import time_machine
from typing_extensions import override

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.company.clock import CompanyClock
from gong_sandbox.company.history import History
from gong_sandbox.company.user_stats import UserStats
from gong_sandbox.server import serve
from tests.dbt.warehouses import TapRun
from tests.helpers import RecordingTarget, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gong_sandbox.company.history import DayActivity


class ForgetfulHistory(History):
    """A history of which Gong retracts parts.

    Attributes:
        taken_back: number of the user and ordinal of the day of each retracted activity.
    """

    def __init__(self, company: Company) -> None:
        super().__init__(company.seed, company.users)
        self.taken_back: set[tuple[int, int]] = set()

    @override
    def activity(self, ordinal: int, today: int) -> DayActivity:
        activity = super().activity(ordinal, today)
        return {
            user: counters
            for user, counters in activity.items()
            if (user, ordinal) not in self.taken_back
        }


@dataclass
class Scenario:
    """A company, and what the tap has read of it.

    Attributes:
        company: the company as it is at the last run.
        start: first day that was read.
        today: the company's day of the last run.
        settings: settings of the tap.
        runs: the runs of the tap.
        managers: who led each user at first.
        moves: id of a user, first day with another manager, id of that manager.
        variables: vars of dbt.
    """

    company: Company
    start: date
    settings: dict[str, Any]
    runs: list[TapRun] = field(default_factory=list)
    managers: dict[str, str | None] = field(default_factory=dict)
    moves: list[tuple[str, date, str]] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.runs[-1].moment.astimezone(self.company.zone).date()

    def at_its_end(self) -> time_machine.travel:
        """Set the clock to the last run."""
        return time_machine.travel(self.runs[-1].moment, tick=False)


def three_periods() -> Scenario:
    """Three runs across the end of daylight-saving time, with all that may change in between."""
    first, second, third = (
        datetime(2026, 11, 4, 15, tzinfo=UTC),
        datetime(2026, 11, 16, 3, tzinfo=UTC),  # still Sunday evening in New York
        datetime(2026, 11, 18, 15, tzinfo=UTC),
    )
    with time_machine.travel(first, tick=False):
        company = Company(users=24, seed=1, time_zone="America/New_York")
    history = ForgetfulHistory(company)
    company.stats = UserStats(
        company.users, CompanyClock(company.zone, lambda: datetime.now(UTC)), history
    )
    settings = {"periods": ["day", "week", "month"]}
    scenario = Scenario(company, date(2026, 10, 12), settings, managers=managers(company))
    scenario.variables = {"gong_stats_recommended_ranges": {"talk_ratio": [0.455, 0.605]}}
    with sandbox(company) as url:
        target = RecordingTarget()
        read(scenario, url, target, first)
        with time_machine.travel(first, tick=False):
            take_back_a_day_and_a_week(company, history)
        move_a_rep(scenario, second)
        read(scenario, url, target, second)
        read(scenario, url, target, third)
    return scenario


def only_days() -> Scenario:
    """One run for days only, far from UTC and across the end of summer time and of a quarter."""
    moment = datetime(2026, 4, 14, 20, tzinfo=UTC)  # the morning of the 15th in Sydney
    with time_machine.travel(moment, tick=False):
        company = Company(users=14, seed=2, time_zone="Australia/Sydney")
    scenario = Scenario(
        company, date(2026, 3, 9), {"coaching_period": "month"}, managers=managers(company)
    )
    scenario.variables = {"gong_stats_periods": ["day", "week", "month", "quarter", "year"]}
    with sandbox(company) as url:
        read(scenario, url, RecordingTarget(), moment)
    return scenario


def take_back_a_day_and_a_week(company: Company, history: ForgetfulHistory) -> None:
    """Take back all that someone did on a day, and all that someone else did in a week."""
    monday, look_back = date(2026, 10, 26), date(2026, 10, 28)
    (day_of, *_), (week_of, *_) = (
        [
            user.number
            for user in company.users
            if any(company.activity(user.id, monday, look_back).values()) is has_early_activity
            and any(company.activity(user.id, day, day + timedelta(days=1)).values())
        ]
        for has_early_activity, day in ((True, look_back), (False, date(2026, 10, 29)))
    )
    history.taken_back = {(day_of, look_back.toordinal())} | {
        (week_of, (look_back + timedelta(days=number)).toordinal()) for number in range(5)
    }


def move_a_rep(scenario: Scenario, moment: datetime) -> None:
    """Give a rep another manager, as of a run."""
    company = scenario.company
    rep = next(user for user in reversed(company.users) if user.is_active and user.manager_id)
    manager = next(
        user
        for user in company.users
        if user.number in {other.manager for other in company.users}
        and user.id not in {rep.manager_id, rep.id}
        and user.manager_id
    )
    company.users = tuple(
        replace(user, manager=manager.number, manager_id=manager.id) if user == rep else user
        for user in company.users
    )
    seen = moment.astimezone(company.zone).date()
    scenario.moves.append((rep.id, seen, manager.id))


def managers(company: Company) -> dict[str, str | None]:
    return {user.id: user.manager_id for user in company.users}


def read(scenario: Scenario, url: str, target: RecordingTarget, moment: datetime) -> None:
    """Run the tap at a moment."""
    settings = {
        "api_url": url,
        "calls_per_second": 1000,
        "start_date": scenario.start.isoformat(),
        **scenario.settings,
    }
    with time_machine.travel(moment, tick=False):
        run = run_tap(settings, target=target)
    assert run.error is None
    scenario.runs.append(TapRun(run.messages, moment))


@contextmanager
def sandbox(company: Company) -> Iterator[str]:
    zone = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        with serve(create_app(company, calls_per_second=10_000)) as url:
            yield url
    finally:
        if zone is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = zone
        time.tzset()
