"""What the README says of settings, rows and mishaps is so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.generate_settings import update_readme
from tests.api import test_client, test_session
from tests.end_to_end import test_command_line, test_kill, test_signals
from tests.faults import test_what_happens_when
from tests.helpers import catalog
from tests.streams import test_activity
from tests.streams import test_windows as test_windowed

if TYPE_CHECKING:
    from collections.abc import Callable

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")

WHAT_HAPPENS_WHEN: dict[str, Callable[..., None]] = {
    "nobody was active on a day": test_client.test_a_404_in_gong_s_form_is_an_empty_window,
    "a 404 comes from somebody else (a proxy, a mistyped URL)": (
        test_client.test_any_other_404_is_an_error
    ),
    "Gong says 429": test_client.test_retry_after_is_obeyed,
    "Gong asks to wait longer than `max_retry_after`, as when the 10,000 calls of the day are "
    "used up": test_client.test_a_quota_that_is_used_up_ends_the_run_with_the_time_to_go_on,
    "Gong answers 5xx, HTML, half a body or nothing, or the connection breaks": (
        test_what_happens_when.test_a_fault_that_passes_is_not_to_be_seen_in_the_rows
    ),
    "that does not pass": (
        test_what_happens_when.test_a_fault_that_lasts_ends_the_run_with_one_line_and_the_next_run_goes_on
    ),
    "a window is too heavy for Gong (time-out or 504)": (
        test_what_happens_when.test_a_window_for_which_gong_needs_too_long_is_asked_for_in_halves
    ),
    "a cursor expires": (
        test_what_happens_when.test_an_expired_cursor_begins_the_window_anew_and_not_the_run
    ),
    "an item comes twice": test_client.test_an_item_that_repeats_on_the_next_page_is_one_row,
    "fewer items come than Gong has counted": test_client.test_items_that_stay_missing_are_an_error,
    "the key lacks a scope": test_client.test_a_wrong_login_and_a_missing_scope_are_told_apart,
    "the key is wrong, expired or revoked": (
        test_client.test_a_wrong_login_and_a_missing_scope_are_told_apart
    ),
    "`api_url` is another company's": (
        test_what_happens_when.test_a_redirect_to_another_host_never_gets_the_credentials
    ),
    "the server's certificate cannot be verified": (
        test_session.test_a_certificate_that_cannot_be_verified_ends_the_run_before_the_login_is_sent
    ),
    "Gong adds a field, wherever in an answer": (
        test_activity.test_a_new_field_is_left_out_and_told_once
    ),
    "Gong sends another type": test_client.test_a_value_of_another_type_names_the_column,
    "Gong takes activity back": test_what_happens_when.test_activity_that_gong_takes_back,
    "`start_date` moves to an earlier day": (
        test_windowed.test_a_start_date_moved_back_fills_what_lies_before
    ),
    "a setting is wrong": (
        test_command_line.test_a_wrong_setting_ends_the_run_with_a_line_and_no_traceback
    ),
    "the state is damaged, or has another form": (
        test_command_line.test_a_damaged_state_ends_the_run_with_a_line_and_no_traceback
    ),
    "the run is killed": test_kill.test_run_killed_at_random_lines_loses_nothing,
    "it gets SIGTERM or Ctrl-C": test_signals.test_a_signal_ends_the_run_at_once_behind_a_state,
    "the budget `max_api_calls` is used up": (
        test_client.test_a_budget_ends_the_run_in_good_order_and_the_next_one_goes_on
    ),
}
"""The rows of the README's table, each with the test that shows it."""


def test_the_settings_table_is_as_generated() -> None:
    assert update_readme(README) == README, "run scripts.generate_settings"


@pytest.mark.parametrize("entry", catalog(), ids=lambda entry: entry["stream"])
def test_there_is_a_row_of_each_stream(entry: dict[str, Any]) -> None:
    section = README.split(f"### {entry['stream']}\n")[1]
    sample = json.loads(section.split("```json\n")[1].split("```")[0])
    assert {*sample} == {*entry["schema"]["properties"]}
    for key in entry["key_properties"]:
        assert f"`{key}`" in section.split("```")[0]


def test_what_happens_when_is_what_the_tests_show() -> None:
    section = README.split("## What happens when …\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| .+ \|$", section, re.MULTILINE)
    assert rows[1:] == [*WHAT_HAPPENS_WHEN]


def test_its_python_runs() -> None:
    (example,) = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    ask = "print(__import__('requests').get(proxy.url + '/v2/workspaces').status_code)"
    command = [sys.executable, "-c", example.replace("...", ask)]
    assert subprocess.run(command, capture_output=True, check=True, timeout=60).stdout == b"502\n"
