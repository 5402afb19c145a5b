"""The marts in real databases, against what happened at the sandbox's company."""

from __future__ import annotations

import json
import re
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import pytest

from scripts.charts import draw
from tests.dbt import scenarios
from tests.dbt.expected_company import ExpectedCompany
from tests.dbt.expected_marts import Marts
from tests.dbt.warehouses import PROJECT, DuckDb, Postgres, Row, as_plain, new_database, query
from tests.expected_rows import KEYS as SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scripts.postgres import Database
    from tests.dbt.scenarios import Scenario
    from tests.dbt.tools import Tools
    from tests.dbt.warehouses import Warehouse

pytestmark = pytest.mark.slow

KEYS = {
    "rep_period": ("user_id", "period", "from_date"),
    "team_period": ("manager_id", "period", "from_date"),
    "manager_coaching": ("manager_id", "period", "from_date"),
    "scorecard_quality": ("question_id", "reviewer_kind", "period", "from_date"),
    "adoption": ("user_id", "period", "from_date"),
}
SNAPSHOT = (
    *("build", "--exclude-resource-type", "test"),
    *("--select", "stg_gong_stats__users", "gong_stats__users_snapshot"),
)
README = (PROJECT / "README.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"^([^\n]+)\n\n```sql\n(select .+?)```", README, re.MULTILINE | re.DOTALL)
MAX_LINES = 6
NUMBERS = {"bigint", "double", "double precision", "integer", "hugeint", "numeric"}
META = {"unit", "source"}


class Built(NamedTuple):
    """Marts that dbt has built, and the log of the last build."""

    warehouse: Warehouse
    scenario: Scenario
    log: str


@pytest.fixture(scope="module", params=["three_periods", "only_days"])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    made: Scenario = getattr(scenarios, request.param)()
    return made


@pytest.fixture(scope="module")
def expected(scenario: Scenario) -> dict[str, list[Row]]:
    with scenario.at_its_end():
        marts = Marts(ExpectedCompany(scenario))
        return {mart: marts.rows(mart) for mart in KEYS}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def built(
    request: pytest.FixtureRequest,
    scenario: Scenario,
    tools: Tools,
    postgres: Database,
    tmp_path_factory: pytest.TempPathFactory,
    databases: Iterator[int],
) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("warehouse")
    with new_database(postgres, f"marts_{next(databases)}") as database:
        warehouse: Warehouse = (
            DuckDb(tools, folder)
            if request.param == "duckdb"
            else Postgres(tools, folder, database)
        )
        for run in scenario.runs:
            warehouse.load(run)
            warehouse.dbt(*SNAPSHOT)
        log = warehouse.dbt("build", "--vars", json.dumps(scenario.variables))
        yield Built(warehouse, scenario, log)


@pytest.fixture(scope="module")
def databases() -> Iterator[int]:
    return count()


def in_order(rows: list[Row], *key: str) -> list[Row]:
    return sorted(rows, key=lambda row: [row[name] for name in key])


def test_build_passes_without_a_warning(built: Built) -> None:
    assert "WARN=0 ERROR=0 SKIP=0" in built.log


@pytest.mark.parametrize("mart", KEYS)
def test_every_figure_is_that_of_the_company(
    built: Built, expected: dict[str, list[Row]], mart: str
) -> None:
    rows = in_order(expected[mart], *KEYS[mart])
    found = in_order(query(built.warehouse, f"table gong_stats__{mart}"), *KEYS[mart])
    for one, other in zip(found, rows, strict=False):
        assert one == other
    assert len(found) == len(rows)


def test_lists_of_calls_are_unnested(built: Built) -> None:
    scenario = built.scenario
    with scenario.at_its_end():
        calls = scenario.company.calls(scenario.start, scenario.today)
    speakers: list[Row] = []
    topics: list[Row] = []
    trackers: list[Row] = []
    for call in calls:
        call_id = {"call_id": call["metaData"]["id"]}
        talk_time = sum(item["talkTime"] for item in call["interaction"]["speakers"])
        speakers += [
            call_id
            | {"speaker_id": item["id"], "user_id": item["userId"], "talk_time": item["talkTime"]}
            | {"talk_share": as_plain(item["talkTime"] / talk_time)}
            for item in call["interaction"]["speakers"]
        ]
        topics += [
            call_id | {"topic_name": item["name"], "duration": float(item["duration"])}
            for item in call["content"]["topics"]
        ]
        trackers += [
            call_id
            | {"tracker_id": item["id"], "tracker_name": item["name"]}
            | {"tracker_type": item["type"], "occurrences": item["count"]}
            for item in call["content"]["trackers"]
        ]
    for model, rows, key in (
        ("call_speakers", speakers, "speaker_id"),
        ("call_topics", topics, "topic_name"),
        ("call_trackers", trackers, "tracker_id"),
    ):
        found = query(built.warehouse, f"table int_gong_stats__{model}")
        assert in_order(found, "call_id", key) == in_order(rows, "call_id", key)


def test_documentation_names_exactly_the_columns_and_the_units_of_measures(built: Built) -> None:
    built.warehouse.dbt("docs", "generate")
    manifest, catalog = (
        json.loads((built.warehouse.folder / "target" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("manifest", "catalog")
    )
    for name, node in catalog["nodes"].items():
        columns = {column.lower(): spec["type"].lower() for column, spec in node["columns"].items()}
        documented = manifest["nodes"][name]["columns"]
        assert {*columns} == {*documented}, name
        assert all(column["description"] for column in documented.values()), name
        if name.split(".")[-1].removeprefix("gong_stats__") in KEYS:
            measures = {column for column, kind in columns.items() if kind in NUMBERS}
            named = {column for column in documented if documented[column]["meta"].keys() >= META}
            assert measures == named, name


def test_freshness_of_every_loaded_source_is_checked(built: Built) -> None:
    log = built.warehouse.dbt("source", "freshness")
    checked = re.findall(r"(?:PASS|WARN) freshness of gong_stats\.(\w+) ", log)
    assert {*checked} == {*SOURCES} - {"interaction_details"}


def test_picture_is_drawn_from_the_marts(built: Built, tmp_path: Path) -> None:
    file = tmp_path / "marts.svg"
    draw(lambda sql: [[*row.values()] for row in built.warehouse.rows(sql)], file)
    assert re.search(r"<!-- Talk ratio by week in the team of \w+ \w+ -->", file.read_text("utf-8"))


def test_readme_answers_eight_questions() -> None:
    assert len(QUESTIONS) == 8
    assert [title for title, sql in QUESTIONS if len(sql.splitlines()) > MAX_LINES] == []


@pytest.mark.parametrize(("title", "sql"), QUESTIONS)
def test_question_of_the_readme_has_an_answer(built: Built, title: str, sql: str) -> None:
    assert query(built.warehouse, sql), title
