"""The company's users: names, managers, workspaces and employment."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from gong_sandbox.company.calendar import format_timestamp
from gong_sandbox.company.ids import IdCodec
from gong_sandbox.company.seeded_random import SeededRandom
from gong_sandbox.company.word_lists import DOMAIN, FIRST_NAMES, LAST_NAMES

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from typing import Any
    from zoneinfo import ZoneInfo

SALES, SUCCESS = 0, 1
"""Numbers of the workspaces."""

_TEAM_SIZE = 9
_TEAMS_PER_VP = 4
_MIN_USERS_WITH_TEAMS = 4
_MIN_USERS_WITH_CHANGES = 8
_TITLES = {
    SALES: ("Account Executive", "Account Executive", "Sales Development Representative"),
    SUCCESS: ("Customer Success Manager", "Onboarding Specialist"),
}
_LEAD_TITLES = {SALES: "Sales Manager", SUCCESS: "Customer Success Lead"}
_CALLS_PER_DAY = {
    "Chief Revenue Officer": 0.2,
    "VP Sales": 0.4,
    "Sales Manager": 0.8,
    "Customer Success Lead": 0.8,
    "Sales Development Representative": 3.6,
}
_DEFAULT_CALLS_PER_DAY = 2.2


@dataclass(frozen=True, slots=True)
class User:
    """A user of Gong.

    Attributes:
        number: Position in the company, from 0: the head first, then level by level.
        manager: Number of the direct manager; None for the head.
        workspace: Number of the workspace of the user's calls.
        calls_per_day: Average number of calls hosted on an ordinary working day.
        created: When the account was created; there is no activity before that day.
        left: The last day of work of a user who has left.
    """

    number: int
    id: str
    first_name: str
    last_name: str
    email_address: str
    title: str
    manager: int | None
    manager_id: str | None
    workspace: int
    calls_per_day: float
    created: datetime
    left: date | None

    @property
    def is_active(self) -> bool:
        """Whether the user still works at the company."""
        return self.left is None

    def works_on(self, day: date) -> bool:
        """Return whether the user is employed and not on leave."""
        if not self.is_employed_on(day):
            return False
        # Everyone takes one week in seventeen off, not all in the same week.
        return bool((day.toordinal() // 7 + self.number * 5) % 17)

    def is_employed_on(self, day: date) -> bool:
        """Return whether the user is employed, on leave or not."""
        return self.created.date() <= day and (self.left is None or day <= self.left)

    def created_between(self, start: datetime | None, end: datetime | None) -> bool:
        """Return whether the account was created in a range of instants, open where it is None."""
        return (not start or start <= self.created) and (not end or self.created < end)

    def item(self) -> dict[str, Any]:
        """Return the user as `GET /v2/users` does."""
        rng = SeededRandom(f"{self.id}:row")
        has_phone = rng.happens(0.6)
        provider = rng.choice(["zoom", "google_meet", "teams"])
        return {
            "id": self.id,
            "emailAddress": self.email_address,
            "created": format_timestamp(self.created, "milliseconds"),
            "active": self.is_active,
            "emailAliases": [f"{self.first_name[0]}{self.number}@{DOMAIN}".lower()]
            if rng.happens(0.2)
            else [],
            "trustedEmailAddress": None,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "title": self.title,
            "phoneNumber": f"+1202555{self.number % 10_000:04d}" if has_phone else None,
            "extension": str(100 + self.number) if has_phone else None,
            "personalMeetingUrls": [f"https://meet.{DOMAIN}/{self.number}"],
            "settings": {
                "webConferencesRecorded": self.is_active,
                "preventWebConferenceRecording": False,
                "telephonyCallsImported": has_phone,
                "emailsImported": True,
                "preventEmailImport": False,
                "nonRecordedMeetingsImported": rng.happens(0.5),
                "gongConnectEnabled": has_phone,
            },
            "managerId": self.manager_id,
            "meetingConsentPageUrl": None,
            "conferencingProviders": [{"provider": provider, "isDefault": True}]
            if self.is_active
            else None,
            "spokenLanguages": [{"language": "en-US", "primary": True}],
        }

    def summary(self) -> dict[str, Any]:
        """Return the user as `GET /v2/coaching` does."""
        return {
            "id": self.id,
            "emailAddress": self.email_address,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "title": self.title,
        }


def generate_users(
    count: int, seed: int, since: date, today: date, zone: ZoneInfo
) -> Sequence[User]:
    """Generate the company's users.

    From eight users on, the last one joined at the start of the previous month, and the one before
    left in the middle of it. The dates depend only on the month, so that a restart of the sandbox
    changes nothing.

    Args:
        count: Number of users, at least 1.
        seed: Seed of the generated data.
        since: First day of the company's history; most users joined in that year.
        today: The company's current day.
        zone: The company's time zone.
    """
    ids = IdCodec(seed, "user")
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    users: list[User] = []
    for number, (title, manager, workspace) in enumerate(_positions(count)):
        rng = SeededRandom(f"{seed}:user:{number}")
        first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        joined = since + timedelta(days=rng.randrange(300))
        left = None
        if count >= _MIN_USERS_WITH_CHANGES and number == count - 1:
            joined = last_month + timedelta(days=-last_month.weekday() % 7)
        elif count >= _MIN_USERS_WITH_CHANGES and number == count - 2:
            left = last_month.replace(day=15)
        created = datetime.combine(joined, time(9, rng.randrange(60), rng.randrange(60)), zone)
        users.append(
            User(
                number=number,
                id=ids.encode(number),
                first_name=first,
                last_name=last,
                email_address=_email_address(first, last, {user.email_address for user in users}),
                title=title,
                manager=manager,
                manager_id=None if manager is None else users[manager].id,
                workspace=workspace,
                calls_per_day=_CALLS_PER_DAY.get(title, _DEFAULT_CALLS_PER_DAY),
                created=created + timedelta(milliseconds=rng.randrange(1000)),
                left=left,
            )
        )
    return tuple(users)


def generate_avatar(seed: int, since: date, zone: ZoneInfo) -> User:
    """Generate the synthetic user that represents Gong's staff."""
    return User(
        number=0,
        id=IdCodec(seed, "avatar").encode(0),
        first_name="Gong",
        last_name="Support",
        email_address=f"gong-support@{DOMAIN}",
        title="Gong Support",
        manager=None,
        manager_id=None,
        workspace=SALES,
        calls_per_day=0,
        created=datetime.combine(since, time(9), zone),
        left=None,
    )


def _positions(count: int) -> Sequence[tuple[str, int | None, int]]:
    """Return title, manager's number and workspace of each user, level by level."""
    head: list[tuple[str, int | None, int]] = [("Chief Revenue Officer", None, SALES)]
    if count < _MIN_USERS_WITH_TEAMS:
        return head + [("Account Executive", 0, SALES)] * (count - 1)
    teams = max(1, (count - 2) // _TEAM_SIZE)
    vps = -(-teams // _TEAMS_PER_VP)
    workspaces = [SUCCESS if team % 3 == 1 else SALES for team in range(teams)]
    leads = [
        (_LEAD_TITLES[workspace], 1 + team % vps, workspace)
        for team, workspace in enumerate(workspaces)
    ]
    members = []
    for member in range(count - 1 - vps - teams):
        team, position = member % teams, member // teams
        titles = _TITLES[workspaces[team]]
        members.append((titles[position % len(titles)], 1 + vps + team, workspaces[team]))
    return [*head, *[("VP Sales", 0, SALES)] * vps, *leads, *members]


def _email_address(first_name: str, last_name: str, taken: Container[str]) -> str:
    letters = unicodedata.normalize("NFKD", f"{first_name}.{last_name}".lower())
    name = "".join(letter for letter in letters if letter.isascii() and letter != "'")
    candidates = (f"{name}{suffix or ''}@{DOMAIN}" for suffix in itertools.count())
    return next(candidate for candidate in candidates if candidate not in taken)
