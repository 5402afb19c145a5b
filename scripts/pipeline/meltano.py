"""Runs Meltano: the installation of its plugins, and the pipeline."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts.environment import VENV
from scripts.steps import Step, StepError
from scripts.supervised_process import ROOT, supervised_process

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

PIPELINE = ("tap-gong-stats", "target-postgres")

PLUGINS = VENV / "meltano"
"""Keeps the installed plugins for the next demo."""


@dataclass(frozen=True, slots=True)
class Meltano:
    """Meltano in this clone, with a state of its own.

    Attributes:
        env: environment variables of its commands.
        logs: folder for its logs and its state.
    """

    env: dict[str, str]
    logs: Path

    @classmethod
    def in_folder(cls, folder: Path, env: Mapping[str, str]) -> Meltano:
        """Return Meltano with its state and logs in a folder."""
        own = {
            "MELTANO_PROJECT_ROOT": str(ROOT),
            "MELTANO_SYS_DIR_ROOT": str(PLUGINS),
            "MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}",
            # `dev` stands for a sandbox on its usual port.
            "MELTANO_ENVIRONMENT": "prod",
            "XDG_STATE_HOME": str(folder),  # Meltano's logs
            "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
            "MELTANO_CLI_LOG_FORMAT": "uncolored",
            "DBT_LOG_PATH": str(folder / "dbt"),
            "DBT_TARGET_PATH": str(folder / "dbt" / "target"),
        }
        return cls({**env, **own}, folder)

    def install(self, step: Step, *plugins: str) -> None:
        """Install plugins unless they are installed already.

        Raises:
            StepError: an installation fails.
        """
        if all(map(is_installed, plugins)):
            return
        command = ["meltano", "install", *plugins]
        log = self.logs / "install.log"
        try:
            step.run(command, log=log, env=self.env)
        except StepError:
            # As in scripts/environment.py: uv ignores an index configured only for pip.
            self.env["MELTANO_VENV_BACKEND"] = "virtualenv"
            step.run(command, log=log, env=self.env)

    @contextmanager
    def installing(self, *plugins: str) -> Iterator[Callable[[Step], None]]:
        """Install plugins beside the block.

        Yields:
            A function that waits for the end of the installation.
        """
        # `nice`, as the block is what people wait for.
        command = ["nice", "meltano", "install", *plugins]
        if all(map(is_installed, plugins)):
            command = ["true"]
        # A database of its own: two processes may not migrate one at once.
        env = {**self.env, "MELTANO_DATABASE_URI": f"sqlite:///{self.logs / 'install.db'}"}
        with (
            (self.logs / "install-beside.log").open("wb") as log,
            supervised_process(command, output=log, env=env) as process,
        ):

            def wait(step: Step) -> None:
                if process.wait():
                    self.install(step, *plugins)

            yield wait

    def run_pipeline(self, title: str, log: str, request_log: Collection[object] | None) -> int:
        """Run the pipeline once and return the number of its API calls.

        Args:
            title: title of the step.
            log: name of its log.
            request_log: the requests that the API receives, if known.
        """
        with Step(title) as step:
            step.detail = metrics = RunMetrics(request_log)
            command = ["meltano", "run", *PIPELINE]
            step.run(command, log=self.logs / log, env=self.env, on_line=metrics.parse)
        return metrics.calls

    def build_marts(self, step: Step) -> None:
        """Have dbt build and test the tables of its package."""
        step.run(["meltano", "run", "dbt:build"], log=self.logs / "dbt.log", env=self.env)


def is_installed(plugin: str) -> bool:
    """Return whether a plugin was installed; `meltano run` updates it if it is outdated."""
    return any(PLUGINS.glob(f"*/{plugin}/venv"))


@dataclass(slots=True)
class RunMetrics:
    """Running totals of a pipeline run: API calls and records.

    Attributes:
        request_log: counts API calls as they arrive; None to take them from the tap's log.
    """

    request_log: Collection[object] | None
    _calls_before: int = field(init=False)
    _metrics: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Start at zero."""
        self._calls_before = len(self.request_log or ())
        self._metrics = {"http_request_count": 0, "record_count": 0}

    def parse(self, line: str) -> None:
        """Add the metrics that a line of the log reports; the tap logs them after each stream."""
        metric = re.search(r"tap-gong-stats METRIC \w+ +metric_name=(\w+) metric_value=(\d+)", line)
        if metric and metric[1] in self._metrics:
            self._metrics[metric[1]] += int(metric[2])

    @property
    def calls(self) -> int:
        """Number of API calls so far."""
        if self.request_log is not None:  # up to date even within a stream
            return len(self.request_log) - self._calls_before
        return self._metrics["http_request_count"]

    def __str__(self) -> str:
        """Return both totals as text."""
        counts = {"API calls": self.calls, "records": self._metrics["record_count"]}
        return ", ".join(f"{count:,} {noun}" for noun, count in counts.items() if count)
