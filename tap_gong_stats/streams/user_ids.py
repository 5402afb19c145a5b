"""Checks the setting `user_ids` before a run moves any bookmark."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_gong_stats.errors import ApiError, BudgetExhaustedError, ForbiddenError, RunError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_gong_stats.streams.base import ApiStream
    from tap_gong_stats.streams.reference import Users

logger = logging.getLogger(__name__)


def check_user_ids(users: Users, selected: Iterable[ApiStream]) -> None:
    """Check that all users in `user_ids` exist.

    Gong responds "not found" for an unknown user as for one without activity, so that a typing
    error would pass for an empty history. The list of users is fetched once and shared with the
    streams that need it. If it cannot be read, the streams that `user_ids` selects fail, and only
    they.

    Raises:
        RunError: if there are unknown users.
    """
    user_ids = users.settings.user_ids
    checked = [stream for stream in selected if "user_ids" in stream.selected_by]
    if not user_ids or not checked:
        return
    try:
        users.source.fetch_all()
        with users.report.parsing_errors():
            known = {str(user["id"]) for user in users.items() if user.get("id") is not None}
    except ForbiddenError as error:
        logger.warning("user_ids cannot be checked: %s", error)
        return
    except RunError as error:
        users.api.run.fail(users.api.client, error)
        return
    except ApiError as error:
        for stream in checked:
            stream.mark_failed(ApiError(f"{stream.name}: user_ids cannot be checked: {error}"))
        return
    except BudgetExhaustedError:
        return
    if unknown := [user_id for user_id in user_ids if user_id not in known]:
        raise RunError(
            f"user_ids: Gong has no user {', '.join(unknown)}; use IDs from the stream users"
        )
