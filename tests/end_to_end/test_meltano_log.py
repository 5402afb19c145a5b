"""The log of a run that Meltano prints."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.config.definitions import SETTINGS
from tap_gong_stats.config.json_schema import SDK_INTEGERS
from tap_gong_stats.config.validators.scalars import Integer, Number
from tests.end_to_end.meltano_project import BIN, CREDENTIALS, ROOT, MeltanoProject, meltano_env
from tests.helpers import catalog

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSandbox

pytestmark = pytest.mark.slow

NUMBERS = [
    *(setting.name for setting in SETTINGS if isinstance(setting.validator, Integer | Number)),
    SDK_INTEGERS[0],  # the other one is rarely used, and not defined for Meltano
]
INVALID_NUMBER = re.compile(
    r"(\w+): 'seven' is not valid|'seven' is not of type 'integer', 'null' in config\['(\w+)'\]"
)
"""The message of the tap, and that of the SDK for a setting of its own."""


@pytest.fixture
def checkout(tmp_path: Path) -> MeltanoProject:
    """This checkout, with a state and logs that end with the test."""
    assert (BIN / "meltano").exists()
    return MeltanoProject(
        ROOT,
        meltano_env(
            tmp_path,
            MELTANO_ENVIRONMENT="prod",
            MELTANO_SYS_DIR_ROOT=str(ROOT / ".venv" / "meltano"),
            MELTANO_DATABASE_URI=f"sqlite:///{tmp_path}/meltano.db",
            TARGET_JSONL_DESTINATION_PATH=str(tmp_path / "output"),
        ),
    )


def test_metrics_name_their_streams_and_nothing_is_warned_of(
    sandbox: StartSandbox, checkout: MeltanoProject
) -> None:
    gong = sandbox()
    log = checkout.run(
        *("--log-format=json", "run", "tap-gong-stats", "target-jsonl"),
        **CREDENTIALS,
        TAP_GONG_STATS_API_URL=gong.url,
        TAP_GONG_STATS_CALLS_PER_SECOND="1000",
        TAP_GONG_STATS_START_DATE=(gong.company.today - timedelta(days=8)).isoformat(),
    )
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["event"] for line in lines if line["level"] != "info"] == [
        "No state was found, complete import."
    ]
    metrics = [line for line in lines if "metric_info" in line]
    assert {line["metric_info"]["metric"] for line in metrics} == {
        *("http_request_count", "record_count", "sync_duration")
    }
    streams = {f"METRIC {entry['stream']}" for entry in catalog()}
    assert {line["event"] for line in metrics} == streams


def test_invalid_numbers_in_the_environment_end_with_the_lines_of_the_tap(
    checkout: MeltanoProject,
) -> None:
    variables = {f"TAP_GONG_STATS_{name.upper()}": "seven" for name in NUMBERS}
    assert_reported(checkout, set(NUMBERS) - {*SDK_INTEGERS}, **variables)


def test_invalid_numbers_that_meltano_config_has_set_end_with_the_lines_of_the_tap(
    checkout: MeltanoProject, tmp_path: Path
) -> None:
    project = MeltanoProject(tmp_path / "project", checkout.env)
    project.folder.mkdir()
    meltano_yml = (ROOT / "meltano.yml").read_text(encoding="utf-8")
    (project.folder / "meltano.yml").write_text(
        meltano_yml.replace("--editable .[sandbox]", f"--editable {ROOT}"), encoding="utf-8"
    )
    for name in NUMBERS:
        project.run("config", "set", "tap-gong-stats", name, "seven")
    assert_reported(project, set(NUMBERS) - {*SDK_INTEGERS})


@pytest.mark.parametrize("name", SDK_INTEGERS[:1])
def test_invalid_number_of_the_sdk_ends_with_one_line(checkout: MeltanoProject, name: str) -> None:
    assert_reported(checkout, {name}, **{f"TAP_GONG_STATS_{name.upper()}": "seven"})


def assert_reported(project: MeltanoProject, names: set[str], **variables: str) -> None:
    with pytest.raises(AssertionError) as failure:
        project.run("run", "tap-gong-stats", "target-jsonl", **CREDENTIALS, **variables)
    log = str(failure.value)
    assert "Traceback" not in log
    assert {one or other for one, other in INVALID_NUMBER.findall(log)} == names
