"""The data tests of the dbt package's staging models."""

from __future__ import annotations

from typing import Any

PERIODS = ["day", "week", "month", "quarter", "year"]
METHODS = ["MANUAL", "AUTOMATIC"]
ACCEPTED_VALUES = {
    ("activity_by_period", "period"): PERIODS,
    ("aggregated_activity", "period"): PERIODS,
    ("interaction_stats", "period"): PERIODS,
    ("coaching_metrics", "period"): PERIODS,
    ("answered_scorecards", "review_method"): METHODS,
    ("scorecards", "review_method"): METHODS,
    ("answered_scorecards", "visibility_type"): [
        *("PUBLIC", "PRIVATE", "OPT_IN_USERS", "MANAGERS", "MANAGERS_AND_REVIEWEE"),
    ],
    ("call_interaction_stats", "direction"): ["Inbound", "Outbound", "Conference", "Unknown"],
    ("call_interaction_stats", "scope"): ["Internal", "External", "Unknown"],
    ("call_interaction_stats", "media"): ["Video", "Audio"],
}
USERS, WORKSPACES, SCORECARDS = (
    ("users", "user_id"),
    ("workspaces", "workspace_id"),
    ("scorecards", "scorecard_id"),
)
RELATIONSHIPS = {
    ("activity_by_period", "user_id"): USERS,
    ("aggregated_activity", "user_id"): USERS,
    ("answered_scorecards", "reviewed_user_id"): USERS,
    ("answered_scorecards", "reviewer_user_id"): USERS,
    ("answered_scorecards", "editor_user_id"): USERS,
    ("answered_scorecards", "scorecard_id"): SCORECARDS,
    ("call_interaction_stats", "primary_user_id"): USERS,
    ("call_interaction_stats", "workspace_id"): WORKSPACES,
    ("coaching_metrics", "manager_id"): USERS,
    ("coaching_metrics", "report_id"): USERS,
    ("coaching_metrics", "workspace_id"): WORKSPACES,
    ("daily_activity", "user_id"): USERS,
    ("interaction_stats", "user_id"): USERS,
    ("scorecards", "workspace_id"): WORKSPACES,
    ("users", "manager_id"): USERS,
}

# What Gong may add or delete without notice must not stop a pipeline.
WARN = {"config": {"severity": "warn"}}


def column_tests(stream: str, column: str, key: list[str]) -> dict[str, Any]:
    """Return the property `data_tests` of a column, if it has tests."""
    tests: list[Any] = []
    if column in key:
        tests.append("not_null")
    if key == [column]:
        tests.append("unique")
    if values := ACCEPTED_VALUES.get((stream, column)):
        tests.append({"accepted_values": {"arguments": {"values": [*values]}, **WARN}})
    if reference := RELATIONSHIPS.get((stream, column)):
        to, field = reference
        arguments = {"to": f"ref('stg_gong_stats__{to}')", "field": field}
        tests.append({"relationships": {"arguments": arguments, **WARN}})
    return {"data_tests": tests} if tests else {}


def model_tests(key: list[str]) -> dict[str, Any]:
    """Return the property `data_tests` of a model whose key has several columns."""
    if len(key) == 1:
        return {}
    return {"data_tests": [{"unique_combination": {"arguments": {"columns": key}}}]}
