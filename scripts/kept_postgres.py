"""A PostgreSQL server that keeps running after the demo, until somebody stops it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.postgres import Cluster, Database
from scripts.steps import StepError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class KeptPostgres:
    """The kept server of this clone, if there is one.

    Attributes:
        record: file that describes the server while it exists.
    """

    record: Path

    def start(self, log: Path) -> Database:
        """Start the server.

        Args:
            log: file for the output of PostgreSQL's commands.

        Raises:
            StepError: the server does not start; the message quotes the log.
        """
        cluster = Cluster.prepare()
        options = [f"--log={cluster.scratch / 'log'}", f"--options={' '.join(cluster.options)}"]
        try:
            _run(cluster, cluster.initdb, log)
            _run(cluster, _pg_ctl(cluster, "start", *options), log)
        except StepError:
            shutil.rmtree(cluster.scratch, ignore_errors=True)
            raise
        self.record.touch(mode=0o600)  # it holds the password
        self.record.write_text(json.dumps(asdict(cluster), default=str), encoding="utf-8")
        return cluster.database

    def find(self) -> Database | None:
        """Return how to connect to the server if it is running."""
        cluster = self._recorded()
        return cluster.database if cluster and _is_running(cluster) else None

    def stop(self, log: Path) -> bool:
        """Stop the server and delete its data; return whether there was one.

        Args:
            log: file for the output of PostgreSQL's commands.

        Raises:
            StepError: the server does not stop.
        """
        cluster = self._recorded()
        if cluster is None:
            return False
        if _is_running(cluster):
            _run(cluster, _pg_ctl(cluster, "stop", "--mode=fast"), log)
        shutil.rmtree(cluster.scratch, ignore_errors=True)
        self.record.unlink()
        return True

    def _recorded(self) -> Cluster | None:
        if not self.record.exists():
            return None
        fields = json.loads(self.record.read_text(encoding="utf-8"))
        return Cluster(
            scratch=Path(fields["scratch"]),
            database=Database(**fields["database"]),
            bin_dir=Path(fields["bin_dir"]),
            run_as=tuple(fields["run_as"]) if fields["run_as"] else None,
        )


def _pg_ctl(cluster: Cluster, *arguments: str) -> list[str]:
    return [f"{cluster.bin_dir / 'pg_ctl'}", f"--pgdata={cluster.data}", *arguments]


def _is_running(cluster: Cluster) -> bool:
    """Return whether the server runs: not after a restart of the machine, for example."""
    return cluster.data.exists() and _call(cluster, _pg_ctl(cluster, "status")) == 0


def _run(cluster: Cluster, command: Sequence[str], log: Path) -> None:
    with log.open("ab") as output:
        code = _call(cluster, command, output.fileno())
    if code:
        raise StepError(f"{Path(command[0]).name} failed with exit code {code}.", log)


def _call(cluster: Cluster, command: Sequence[str], output: int = subprocess.DEVNULL) -> int:
    user, group = cluster.run_as or (None, None)
    return subprocess.call(  # noqa: S603 - commands of `Cluster`
        command,
        cwd=cluster.scratch,
        user=user,
        group=group,
        extra_groups=[] if cluster.run_as else None,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C ends the demo, not the server
    )
