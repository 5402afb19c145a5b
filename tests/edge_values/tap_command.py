"""The command, run within the process of the tests."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

TODAY = datetime.now(UTC).date()
YESTERDAY = str(TODAY - timedelta(days=1))


@dataclass(frozen=True)
class Result:
    """How a command has ended, and what it has written."""

    code: object
    output: str
    log: str

    @property
    def errors(self) -> list[str]:
        """The errors in the log and those of the command line, whose values click may quote."""
        lines = self.log.splitlines()
        logged = [line.rpartition(" | ")[2] for line in lines if "| ERROR " in line]
        return logged + [line for line in lines if line.startswith("Error: ")]


@dataclass(frozen=True)
class Tap:
    """Runs the command in this process, which saves half a second each time."""

    folder: Path
    patch: pytest.MonkeyPatch

    def __call__(
        self, config: object, *arguments: str, state: object = None, catalog: object = None
    ) -> Result:
        files = {"config": config, "state": state, "catalog": catalog}
        command = ["tap-gong-stats", *arguments]
        for option, content in files.items():
            if content is not None:
                file = self.folder / f"{option}.json"
                file.write_text(json.dumps(content))
                command += [f"--{option}", str(file)]
        self.patch.setattr(sys, "argv", command)
        log = io.StringIO()
        output = self.folder / "output"
        with (
            output.open("w") as stdout,
            redirect_stdout(stdout),
            redirect_stderr(log),
            pytest.raises(SystemExit) as ended,  # any other exception would be a traceback
        ):
            main()
        assert "Traceback" not in log.getvalue()
        assert "unhandled" not in log.getvalue()
        return Result(ended.value.code, output.read_text(), log.getvalue())
