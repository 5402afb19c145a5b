"""Checks before a release, and the workflows that make one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from scripts.release import build, check_tag, main
from scripts.steps import StepError
from tests.end_to_end.meltano_project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = ROOT / ".github" / "workflows"
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A folder with all that describes version 1.2.0."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "tap"\nversion = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [1.2.0] - 2026-12-01\n")
    (tmp_path / "tap-gong-stats.yml").write_text("name: tap\npip_url: tap==1.2.0\n")
    return tmp_path


def test_tag_of_the_version_is_accepted(release: Path) -> None:
    check_tag("v1.2.0", release)


@pytest.mark.parametrize("tag", ["1.2.0", "v1.2.1", "v1.2", "v1x2.0"])
def test_tag_of_another_version_is_rejected(release: Path, tag: str) -> None:
    with pytest.raises(StepError, match=r"is not the version of pyproject.toml; tag v1\.2\.0"):
        check_tag(tag, release)


@pytest.mark.parametrize("heading", ["## [Unreleased]", "## [1.2.0]", "## [1x2.0] - 2026-12-01"])
def test_version_without_a_dated_section_in_the_changelog_is_rejected(
    release: Path, heading: str
) -> None:
    (release / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n")
    with pytest.raises(StepError, match=r"CHANGELOG\.md has no section"):
        check_tag("v1.2.0", release)


def test_plugin_definition_of_another_version_is_rejected(release: Path) -> None:
    (release / "tap-gong-stats.yml").write_text("name: tap\npip_url: tap==1.1.0\n")
    with pytest.raises(StepError, match=r"run scripts\.generate_docs"):
        check_tag("v1.2.0", release)


@pytest.mark.parametrize("arguments", [[], ["v0.0.1"]])
def test_wrong_arguments_exit_with_a_message(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    assert isinstance(exit_info.value.code, str)


@pytest.mark.slow
def test_build_yields_both_distributions(tmp_path: Path) -> None:
    build(tmp_path / "dist")
    names = {path.suffix for path in (tmp_path / "dist").glob("tap_gong_stats-*")}
    assert names == {".gz", ".whl"}


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    for action in (step["uses"] for step in steps if "uses" in step):
        assert PINNED.fullmatch(action), action


def test_only_the_job_that_publishes_may_ask_for_a_token() -> None:
    workflow: dict[str, Any] = yaml.safe_load((WORKFLOWS / "release.yml").read_text())
    assert workflow["permissions"] == {}
    permissions = {name: job["permissions"] for name, job in workflow["jobs"].items()}
    assert permissions == {"build": {"contents": "read"}, "publish": {"id-token": "write"}}
    publish = workflow["jobs"]["publish"]
    assert publish["needs"] == "build"
    assert not any("run" in step for step in publish["steps"])


def test_dependency_updates_wait_for_a_week() -> None:
    config = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    assert {update["cooldown"]["default-days"] for update in config["updates"]} == {7}


@pytest.fixture
def newest(tmp_path: Path) -> Path:
    """A copy of the checkout as the weekly workflow changes it before its tests."""
    folder = tmp_path / "checkout"
    generated = (".*_cache", ".demo", ".git", ".venv", "__pycache__", "dist")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*generated))
    workflow = yaml.safe_load((WORKFLOWS / "newest.yml").read_text(encoding="utf-8"))
    for step in workflow["jobs"]["test"]["steps"]:
        if step.get("name"):
            subprocess.run(
                ["/bin/bash", "-euo", "pipefail", "-c", step["run"]], cwd=folder, check=True
            )
    return folder


def test_newest_versions_are_tested_without_pins_and_with_pre_releases_of_the_sdk(
    newest: Path,
) -> None:
    assert (newest / "constraints.txt").read_text() == ""
    requirements = re.findall(r'"singer-sdk(.+)"', (newest / "pyproject.toml").read_text())
    assert len(requirements) == 2
    for requirement in requirements:
        assert re.fullmatch(r"\[\w+\]>=\d+\.\d+\.0a0", requirement)


@pytest.mark.slow
def test_tests_that_compare_versions_pass_without_pins(newest: Path) -> None:
    tests = ("tests/test_dependencies.py", "tests/test_release.py", "tests/targets")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--quiet", *tests]
    result = subprocess.run(command, cwd=newest, capture_output=True, check=False, text=True)
    assert result.returncode == 0, result.stdout
