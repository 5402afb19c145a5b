"""The tables that the statistics refer to, read whole in each run."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_gong_stats.api.errors import ForbiddenError
from tap_gong_stats.api.rate_limit import BudgetSpentError
from tap_gong_stats.client import GongStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context, Record

    from tap_gong_stats.api.pages import Item


class LookupStream(GongStream):
    """A list that Gong gives as it is now, without history."""

    method = "GET"
    empty_when_not_found = False

    @cached_property
    def all_items(self) -> list[Item]:
        """The whole list, asked for once a run, whoever needs it first."""
        with self.looking_at_answers({}):
            return [item for page in self.pages({}) for item in page.items]

    @override
    def _write_activate_version_message(self, full_table_version: int) -> None:
        # Only with the new rows at hand: the message makes targets forget the old ones.
        with suppress(BudgetSpentError, ForbiddenError):
            self.all_items  # noqa: B018 - asks for them
            super()._write_activate_version_message(full_table_version)

    @override
    def records(self, context: Context | None) -> Iterator[Record]:
        columns = self.columns()
        with self.looking_at_answers({}):
            for item in self.all_items:
                yield columns.map(item)


class Users(LookupStream):
    """The people with an account in Gong."""

    name = "users"
    path = "/v2/users"
    scope = "api:users:read"
    items_key = "users"
    item_id = ("id",)
    primary_keys = ("id",)


class Workspaces(LookupStream):
    """The workspaces into which the company divides its calls."""

    name = "workspaces"
    path = "/v2/workspaces"
    scope = "api:workspaces:read"
    items_key = "workspaces"
    item_id = ("id",)
    primary_keys = ("id",)


class Scorecards(LookupStream):
    """The scorecards with which calls are reviewed, and their questions."""

    name = "scorecards"
    path = "/v2/settings/scorecards"
    scope = "api:settings:scorecards:read"
    items_key = "scorecards"
    item_id = ("scorecardId",)
    primary_keys = ("scorecard_id",)
    empty_when_not_found = True
