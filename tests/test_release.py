"""Checks before a release, and the workflows that make one."""

from __future__ import annotations

import re
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


def test_requirement_of_newest_sdk_includes_its_pre_releases() -> None:
    text = (WORKFLOWS / "newest.yml").read_text(encoding="utf-8")
    script = re.search(r"sed -E -i 's/(.+)/(.+)/' pyproject\.toml", text)
    assert script
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    changed, count = re.subn(script[1], script[2], pyproject)
    assert count == pyproject.count("singer-sdk[")
    assert re.search(r'"singer-sdk\[msgspec\]>=\d+\.\d+\.0a0"', changed)
