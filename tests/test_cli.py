"""The files that the command line takes, in this process: no run begins."""

from __future__ import annotations

import json
from itertools import product
from typing import IO, TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from tap_gong_stats.cli import StateFile
from tap_gong_stats.tap import TapGongStats
from tests.helpers import CREDENTIALS

if TYPE_CHECKING:
    from pathlib import Path


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(TapGongStats.get_singer_command(), [*map(str, arguments)])


@pytest.mark.parametrize(
    ("option", "content"),
    [
        *product(["--config", "--state", "--catalog"], [b"{x", b'"x"', b"5", b"\xff"]),
        *product(["--config", "--catalog"], [b""]),  # an empty state is that of a first run
    ],
)
def test_file_without_a_json_object_is_named(tmp_path: Path, option: str, content: bytes) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    result = invoke(option, file)
    assert (result.exit_code, result.stdout) == (2, "")
    line = result.stderr.splitlines()[-1]
    assert line == f"Error: Invalid value for '{option}': {file} does not hold a JSON object"


def test_missing_config_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    result = invoke("--config", file)
    assert (result.exit_code, result.stdout) == (2, "")
    line = result.stderr.splitlines()[-1]
    assert line == f"Error: Invalid value for '--config': File at '{file}' was not found."


def test_state_that_is_a_directory_is_an_error(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(CREDENTIALS))
    result = invoke("--config", config, "--state", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(tmp_path) in result.stderr.splitlines()[-1]


@click.command
@click.option("--state", type=StateFile())
def print_state(state: IO[str]) -> None:
    click.echo(state.read(), nl=False)


@pytest.mark.parametrize("content", [None, b"", b"\n"], ids=["missing", "empty", "blank"])
def test_state_file_without_content_is_an_empty_state(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "state.json"
    if content is not None:
        file.write_bytes(content)
    result = CliRunner().invoke(print_state, ["--state", str(file)])
    assert (result.exit_code, result.stdout) == (0, "{}")
    assert result.stderr == f"{file} holds no state; loading from start_date\n"
