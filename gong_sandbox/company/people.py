"""The invented company's people: who they are, whom they report to, where they work."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from gong_sandbox.company.calendar import stamp
from gong_sandbox.company.ids import Ids
from gong_sandbox.company.seeded_random import Chance
from gong_sandbox.company.word_lists import DOMAIN, FIRST_NAMES, LAST_NAMES

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from typing import Any
    from zoneinfo import ZoneInfo

SALES, SUCCESS = 0, 1

_TEAM = 9
_MANAGERS_OF_ONE = 4
_SMALLEST_WITH_LAYERS = 4
_SMALLEST_WITH_CHANGES = 8
_TITLES = {
    SALES: ("Account Executive", "Account Executive", "Sales Development Representative"),
    SUCCESS: ("Customer Success Manager", "Onboarding Specialist"),
}
# Calls that one person hosts on an ordinary day.
_PACE = {
    "Chief Revenue Officer": 0.2,
    "VP Sales": 0.4,
    "Sales Manager": 0.8,
    "Customer Success Lead": 0.8,
    "Sales Development Representative": 3.6,
}
_ORDINARY_PACE = 2.2


@dataclass(frozen=True, slots=True)
class User:
    """A person with a Gong seat.

    Attributes:
        number: Place in the company, from 0; the head comes first, then layer by layer.
        manager: Place of the direct manager; None for the head.
        workspace: `SALES` or `SUCCESS`, where the user's calls land.
        pace: Calls hosted on an ordinary working day, on average.
        created: When the seat was made; no activity before that day.
        left: The last day at work, for someone who has left.
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
    pace: float
    created: datetime
    left: date | None

    @property
    def active(self) -> bool:
        """Whether the seat is in use."""
        return self.left is None

    def works_on(self, day: date) -> bool:
        """Tell whether the user is employed and not on leave."""
        if not self.employed_on(day):
            return False
        # One week in seventeen off, not everybody the same.
        return bool((day.toordinal() // 7 + self.number * 5) % 17)

    def employed_on(self, day: date) -> bool:
        """Tell whether the user is there, on leave or not."""
        return self.created.date() <= day and (self.left is None or day <= self.left)

    def created_between(self, start: datetime | None, end: datetime | None) -> bool:
        """Tell whether the seat was made in a range of instants; None leaves a side open."""
        return (not start or start <= self.created) and (not end or self.created < end)

    def row(self) -> dict[str, Any]:
        """Give the user as `GET /v2/users` does."""
        chance = Chance(f"{self.id}:row")
        phones = chance.happens(0.6)
        provider = chance.choice(["zoom", "google_meet", "teams"])
        return {
            "id": self.id,
            "emailAddress": self.email_address,
            "created": stamp(self.created, "milliseconds"),
            "active": self.active,
            "emailAliases": [f"{self.first_name[0]}{self.number}@{DOMAIN}".lower()]
            if chance.happens(0.2)
            else [],
            "trustedEmailAddress": None,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "title": self.title,
            "phoneNumber": f"+1202555{self.number % 10_000:04d}" if phones else None,
            "extension": str(100 + self.number) if phones else None,
            "personalMeetingUrls": [f"https://meet.{DOMAIN}/{self.number}"],
            "settings": {
                "webConferencesRecorded": self.active,
                "preventWebConferenceRecording": False,
                "telephonyCallsImported": phones,
                "emailsImported": True,
                "preventEmailImport": False,
                "nonRecordedMeetingsImported": chance.happens(0.5),
                "gongConnectEnabled": phones,
            },
            "managerId": self.manager_id,
            "meetingConsentPageUrl": None,
            "conferencingProviders": [{"provider": provider, "isDefault": True}]
            if self.active
            else None,
            "spokenLanguages": [{"language": "en-US", "primary": True}],
        }

    def card(self) -> dict[str, Any]:
        """Give the short form in which `GET /v2/coaching` names a user."""
        return {
            "id": self.id,
            "emailAddress": self.email_address,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "title": self.title,
        }


def workforce(count: int, seed: int, since: date, today: date, zone: ZoneInfo) -> Sequence[User]:
    """Invent the company's people.

    From eight people on, the last one joined at the start of last month, and the one before
    left in the middle of it: tied to the month, so that a restart tells the same story.

    Args:
        count: How many, 1 or more.
        seed: Chooses names and dates.
        since: When the company began to use Gong; most seats are from that year.
        today: The company's current day.
        zone: The company's zone.
    """
    ids = Ids(seed, "user")
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    users: list[User] = []
    for number, (title, manager, workspace) in enumerate(_posts(count)):
        chance = Chance(f"{seed}:user:{number}")
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        joined = since + timedelta(days=chance.randrange(300))
        left = None
        if count >= _SMALLEST_WITH_CHANGES and number == count - 1:
            joined = last_month + timedelta(days=-last_month.weekday() % 7)
        elif count >= _SMALLEST_WITH_CHANGES and number == count - 2:
            left = last_month.replace(day=15)
        created = datetime.combine(
            joined, time(9, chance.randrange(60), chance.randrange(60)), zone
        )
        users.append(
            User(
                number=number,
                id=ids.of(number),
                first_name=first,
                last_name=last,
                email_address=_address(first, last, {user.email_address for user in users}),
                title=title,
                manager=manager,
                manager_id=None if manager is None else users[manager].id,
                workspace=workspace,
                pace=_PACE.get(title, _ORDINARY_PACE),
                created=created + timedelta(milliseconds=chance.randrange(1000)),
                left=left,
            )
        )
    return tuple(users)


def avatar(seed: int, since: date, zone: ZoneInfo) -> User:
    """Invent the synthetic user that stands for Gong's staff."""
    return User(
        number=0,
        id=Ids(seed, "avatar").of(0),
        first_name="Gong",
        last_name="Support",
        email_address=f"gong-support@{DOMAIN}",
        title="Gong Support",
        manager=None,
        manager_id=None,
        workspace=SALES,
        pace=0,
        created=datetime.combine(since, time(9), zone),
        left=None,
    )


def _posts(count: int) -> Sequence[tuple[str, int | None, int]]:
    """Title, manager's number and workspace of each, top down."""
    head: list[tuple[str, int | None, int]] = [("Chief Revenue Officer", None, SALES)]
    if count < _SMALLEST_WITH_LAYERS:
        return head + [("Account Executive", 0, SALES)] * (count - 1)
    teams = max(1, (count - 2) // _TEAM)
    seniors = -(-teams // _MANAGERS_OF_ONE)
    where = [SUCCESS if team % 3 == 1 else SALES for team in range(teams)]
    lead = {SALES: "Sales Manager", SUCCESS: "Customer Success Lead"}
    return [
        *head,
        *(("VP Sales", 0, SALES) for _ in range(seniors)),
        *((lead[where[team]], 1 + team % seniors, where[team]) for team in range(teams)),
        *(
            (
                _TITLES[where[rep % teams]][rep // teams % len(_TITLES[where[rep % teams]])],
                1 + seniors + rep % teams,
                where[rep % teams],
            )
            for rep in range(count - 1 - seniors - teams)
        ),
    ]


def _address(first: str, last: str, taken: Container[str]) -> str:
    letters = unicodedata.normalize("NFKD", f"{first}.{last}".lower())
    plain = "".join(letter for letter in letters if letter.isascii() and letter != "'")
    names = (f"{plain}{suffix or ''}@{DOMAIN}" for suffix in itertools.count())
    return next(name for name in names if name not in taken)
