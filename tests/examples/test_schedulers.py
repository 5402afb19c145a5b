"""The examples of schedulers, each read or run by the tool that it is for."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.end_to_end.meltano_project import BIN, ROOT

EXAMPLES = ROOT / "examples"
PIPELINE = "meltano --environment=prod run tap-gong-stats target-postgres"

# Stands for a pipeline of minutes, which the other tests run.
GRACEFUL_RUN = '#!/bin/sh\necho "$*" >> runs\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder whose graceful-run only writes down its arguments."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "graceful-run").write_text(GRACEFUL_RUN)
    (folder / "graceful-run").chmod(0o755)
    return folder


def documents(path: str) -> list[Any]:
    return [*yaml.safe_load_all((EXAMPLES / path).read_text(encoding="utf-8"))]


def run(*command: str | Path, **env: str) -> str:
    result = subprocess.run(
        command,
        env={**os.environ, **env},
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result.stdout


def install(folder: Path, *packages: str) -> Path:
    """Install packages into an environment of their own and return its commands."""
    run(BIN / "uv", "venv", "--quiet", "--python", BIN / "python", folder)
    run(BIN / "uv", "pip", "install", "--quiet", "--python", folder / "bin" / "python", *packages)
    return folder / "bin"


def test_crontab_runs_the_pipeline_unless_it_is_running(project: Path) -> None:
    text = (EXAMPLES / "cron" / "crontab").read_text(encoding="utf-8")
    *_, entry = text.splitlines()
    schedule = re.fullmatch(r"(?:[0-9*]+ ){5}(.+)", entry)
    assert schedule
    assert "%" not in entry  # cron reads it as a line break
    command = schedule[1].replace("/srv/gong-stats", str(project))
    run("/bin/sh", "-c", command)
    assert (project / "runs").read_text() == f"{PIPELINE}\n"
    locked = ["flock", str(project / "run.lock"), "/bin/sh", "-c", f"! ({command})"]
    run("/usr/bin/env", *locked)
    assert (project / "runs").read_text() == f"{PIPELINE}\n"


def test_github_actions_workflow_runs_one_pipeline_at_a_time_with_kept_state() -> None:
    (workflow,) = documents("github-actions/gong-stats.yml")
    assert workflow["concurrency"] == {"group": "gong-stats", "cancel-in-progress": False}
    job = workflow["jobs"]["load"]
    assert job["env"]["MELTANO_ENVIRONMENT"] == "prod"
    assert job["env"]["MELTANO_STATE_BACKEND_URI"].startswith("s3://")
    assert job["steps"][-1]["run"] == PIPELINE.replace("--environment=prod ", "")


def test_kubernetes_cron_job_runs_one_pipeline_at_a_time_with_kept_state() -> None:
    cron_job, claim = documents("kubernetes/cronjob.yml")
    assert cron_job["spec"]["concurrencyPolicy"] == "Forbid"
    pod = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    env = {variable["name"]: variable["value"] for variable in container["env"]}
    assert env["MELTANO_ENVIRONMENT"] == "prod"
    assert env["MELTANO_STATE_BACKEND_URI"].startswith("s3://")
    # A mounted file could not be replaced.
    (mount,) = container["volumeMounts"]
    assert Path(env["TAP_GONG_STATS_OAUTH_TOKEN_FILE"]).parent == Path(mount["mountPath"])
    assert "subPath" not in mount
    (volume,) = pod["volumes"]
    assert volume["name"] == mount["name"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]


def test_image_runs_the_pipeline_through_graceful_run() -> None:
    lines = (EXAMPLES / "kubernetes" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == [
        'ENTRYPOINT ["./graceful-run", "meltano"]',
        'CMD ["run", "tap-gong-stats", "target-postgres"]',
    ]


@pytest.mark.slow
def test_kubernetes_manifests_are_valid() -> None:
    manifest = EXAMPLES / "kubernetes" / "cronjob.yml"
    run(BIN / "uv", "tool", "run", "kubernetes-validate==1.37.0", "--strict", manifest)


@pytest.mark.slow
def test_airflow_runs_the_pipeline(project: Path, tmp_path: Path) -> None:
    tools = install(
        tmp_path / "venv", "apache-airflow>=3.3,<4", "apache-airflow-providers-standard"
    )
    env = {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(EXAMPLES / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "GONG_STATS_PROJECT": str(project),
    }
    run(tools / "airflow", "db", "migrate", **env)
    run(tools / "airflow", "dags", "test", "gong_stats", "2026-11-01", **env)
    assert (project / "runs").read_text() == f"{PIPELINE}\n"


@pytest.mark.slow
def test_dagster_runs_the_pipeline(project: Path, tmp_path: Path) -> None:
    tools = install(tmp_path / "venv", "dagster>=1.13,<2")
    (tmp_path / "dagster").mkdir()
    env = {
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "GONG_STATS_PROJECT": str(project),
    }
    definitions = EXAMPLES / "dagster" / "gong_stats.py"
    run(tools / "dagster", "definitions", "validate", "-f", definitions, **env)
    run(tools / "dagster", "job", "execute", "-f", definitions, "-j", "gong_stats", **env)
    assert (project / "runs").read_text() == f"{PIPELINE}\n"
