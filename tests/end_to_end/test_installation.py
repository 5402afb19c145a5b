"""The commands of docs/install.md and docs/operations.md, with installers and Meltano projects."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import requests
import yaml
from dotenv import dotenv_values

from tests.docs.pages import PAGES, blocks_tested_by
from tests.end_to_end.meltano_hub import meltano_hub
from tests.end_to_end.meltano_project import BIN, ROOT, meltano_env

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scripts.postgres import Database
    from tests.conftest import Sandbox, StartSandbox

pytestmark = pytest.mark.slow

HERE = "tests/end_to_end/test_installation.py"
DAYS = 8
DEFINITION_URL = (
    "https://raw.githubusercontent.com/tap-gong-stats/tap-gong-stats/v0.1.0/tap-gong-stats.yml"
)
LOOPBACK_URL = "http://127.0.0.1:8765"


def run_block(block: str, folder: Path, env: Mapping[str, str]) -> str:
    """Run a block and return its output, errors included."""
    result = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        timeout=500,
    )
    assert result.returncode == 0, result.stdout[-5000:]
    return result.stdout


def block_of(test: str, number: int = 0) -> str:
    return blocks_tested_by(f"{HERE}::{test}")[number]


@pytest.fixture
def installers(tmp_path: Path, wheel_folder: Path) -> dict[str, str]:
    """An environment in which uv, pip and pipx find the wheel of this package.

    uv and pipx install into `tmp_path/bin`; pip into a virtual environment there.
    """
    python = tmp_path / "venv" / "bin"
    subprocess.run([BIN / "python", "-m", "venv", tmp_path / "venv"], check=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").symlink_to(BIN / "uv")
    pipx = tools / "pipx"
    pipx.write_text(f'#!/bin/sh\nexec {shlex.quote(str(BIN / "uv"))} tool run pipx "$@"\n')
    pipx.chmod(0o755)
    path = [tmp_path / "bin", tools, python, "/usr/bin", "/bin"]
    return {
        **os.environ,
        "PATH": os.pathsep.join(map(str, path)),
        "PIP_FIND_LINKS": str(wheel_folder),
        "PIPX_BIN_DIR": f"{tmp_path}/bin",
        "PIPX_HOME": f"{tmp_path}/pipx",
        "UV_FIND_LINKS": str(wheel_folder),
        "UV_SYSTEM_CERTS": "1",
        "UV_TOOL_BIN_DIR": f"{tmp_path}/bin",
        "UV_TOOL_DIR": f"{tmp_path}/uv-tools",
    }


def test_command_is_installed_by_each_installer(installers: dict[str, str], tmp_path: Path) -> None:
    block = block_of("test_command_is_installed_by_each_installer")
    commands = [line.partition("#")[0].strip() for line in block.splitlines()]
    assert [command.split()[0] for command in commands] == ["uv", "pipx", "pip"]
    for command in commands:
        version = run_block(f"{command}\ntap-gong-stats --version", tmp_path, installers)
        assert re.search(r"tap-gong-stats v?0\.\d", version), command
        (tmp_path / "bin" / "tap-gong-stats").unlink(missing_ok=True)


@pytest.mark.parametrize("number", range(3))
def test_sandbox_is_installed_and_starts(
    installers: dict[str, str], tmp_path: Path, number: int
) -> None:
    install, start = block_of("test_sandbox_is_installed_and_starts", number).splitlines()
    run_block(install, tmp_path, installers)
    command = f"exec {start} --port 0".replace("--port 8765 ", "")
    with subprocess.Popen(
        ["/bin/bash", "-c", command],
        env=installers,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        greeting = "".join(iter(process.stdout.readline, "\n"))
        url = re.findall(r"API URL +(\S+)", greeting)[0]
        status = requests.get(f"{url}/v2/workspaces", timeout=10).status_code
        process.terminate()
    assert status == 401


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, wheel_folder: Path) -> Path:
    """A folder with a project made by the commands of docs/install.md."""
    folder = tmp_path_factory.mktemp("projects")
    block = block_of("test_meltano_project_loads_the_sandbox")
    with meltano_hub() as url:
        env = environment(folder, wheel_folder, MELTANO_HUB_URL=url)
        run_block(with_local_definition(block), folder, env)
    return folder


def with_local_definition(block: str) -> str:
    """Replace the plugin definition of the release on GitHub by that of this checkout."""
    assert DEFINITION_URL in block
    return block.replace(DEFINITION_URL, str(ROOT / "tap-gong-stats.yml"))


def environment(folder: Path, wheel_folder: Path, **settings: str) -> dict[str, str]:
    """Return an environment in which MeltanoHub is out of reach, unless `settings` has its URL."""
    variables = {"UV_FIND_LINKS": str(wheel_folder), "MELTANO_HUB_URL": "http://127.0.0.1:9"}
    return meltano_env(folder, **(variables | settings))


@pytest.fixture
def project(
    folder: Path, wheel_folder: Path, sandbox: StartSandbox, postgres: Database
) -> tuple[Path, dict[str, str], Sandbox]:
    """The project, the environment of its commands and the sandbox from which it loads."""
    gong = sandbox(users=12)
    settings = {
        "TAP_GONG_STATS_CALLS_PER_SECOND": "999",
        "TAP_GONG_STATS_START_DATE": (gong.company.today - timedelta(days=DAYS)).isoformat(),
    }
    _, dotenv, *_ = blocks_tested_by(f"{HERE}::test_meltano_project_loads_the_sandbox")
    assert LOOPBACK_URL in dotenv
    dotenv = dotenv.replace(LOOPBACK_URL, gong.url)
    for name, value in postgres.variables.items():
        dotenv, _ = re.subn(rf"^{name}=.*$", f"{name}={value}", dotenv, flags=re.MULTILINE)
    env = environment(folder, wheel_folder, **settings)
    run_block(dotenv, folder / "gong-stats", env)
    return folder / "gong-stats", env, gong


def test_meltano_project_loads_the_sandbox(
    project: tuple[Path, dict[str, str], Sandbox], postgres: Database
) -> None:
    folder, env, gong = project
    _, _, check_and_run, upgrade = blocks_tested_by(
        f"{HERE}::test_meltano_project_loads_the_sandbox"
    )
    assert len(re.findall(r" yes ", run_block(check_and_run, folder, env))) == 10
    assert count_users(postgres) == len(gong.company.users)
    run_block(upgrade, folder, env)
    assert count_users(postgres) == len(gong.company.users)


def count_users(database: Database) -> int:
    with psycopg.connect(database.conninfo) as connection:
        ((users,),) = connection.execute("select count(*) from tap_gong_stats.users").fetchall()
    return int(users)


def test_plugin_is_added_to_a_meltano_project(folder: Path, wheel_folder: Path) -> None:
    block = with_local_definition(block_of("test_plugin_is_added_to_a_meltano_project"))
    with meltano_hub() as url:
        env = environment(folder, wheel_folder, MELTANO_HUB_URL=url)
        run_block("meltano init another", folder, env)
        run_block(block, folder / "another", env)
    text = (folder / "another" / "meltano.yml").read_text(encoding="utf-8")
    plugins: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)["plugins"]
    assert [plugin["name"] for kind in plugins.values() for plugin in kind] == [
        "tap-gong-stats",
        "target-postgres",
    ]


def test_state_is_read_and_written(project: tuple[Path, dict[str, str], Sandbox]) -> None:
    folder, env, _ = project
    run_block("meltano --environment=prod run tap-gong-stats target-postgres", folder, env)
    output = run_block(block_of("test_state_is_read_and_written"), folder, env)
    assert "prod:tap-gong-stats-to-target-postgres" in output
    assert "daily_activity" in (folder / "state.json").read_text(encoding="utf-8")


def test_short_runs_load_a_history(project: tuple[Path, dict[str, str], Sandbox]) -> None:
    folder, env, gong = project
    block = block_of("test_short_runs_load_a_history")
    assert "for run in 1 2 3 4 5 6 7 8 9 10; do" in block
    block = block.replace("1 2 3 4 5 6 7 8 9 10", "1 2").replace("=500 ", "=30 ")
    run_block(f"meltano --environment=prod state clear --force {STATE_ID}", folder, env)
    run_block(block, folder, env)
    assert len(gong.calls) <= 2 * 30


STATE_ID = "prod:tap-gong-stats-to-target-postgres"


def test_image_of_the_kubernetes_example_runs_the_pipeline(
    project: tuple[Path, dict[str, str], Sandbox], tmp_path: Path
) -> None:
    """With nothing but what its Dockerfile copies, and without MeltanoHub."""
    folder, env, gong = project
    image = tmp_path / "image"
    image.mkdir()
    shutil.copy(ROOT / "examples" / "graceful-run", folder)
    dockerfile = (ROOT / "examples" / "kubernetes" / "Dockerfile").read_text(encoding="utf-8")
    for sources, target in re.findall(r"^COPY (?:--\S+ )*(.+) (\S+)$", dockerfile, re.MULTILINE):
        for source in sources.split():
            copy = shutil.copytree if (folder / source).is_dir() else shutil.copy
            copy(folder / source, image / target)
    (install,) = re.findall(r"^RUN (meltano .+)$", dockerfile, re.MULTILINE)
    start = re.findall(r"^(?:ENTRYPOINT|CMD) (\[.+\])$", dockerfile, re.MULTILINE)
    variables = {
        **{name: value or "" for name, value in dotenv_values(folder / ".env").items()},
        "MELTANO_ENVIRONMENT": "prod",
        "MELTANO_STATE_BACKEND_URI": f"file://{tmp_path}/state",
    }

    run_block(install, image, env)
    command = shlex.join(word for words in start for word in json.loads(words))
    run_block(command, image, env | variables)

    assert (tmp_path / "state" / STATE_ID / "state.json").exists()
    assert gong.calls


def test_links_to_the_plugin_definition_are_those_of_the_release() -> None:
    pages = ("README.md", "docs/install.md")
    assert [DEFINITION_URL in PAGES[page] for page in pages] == [True, True]
