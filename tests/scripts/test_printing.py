"""What the demo prints."""

from __future__ import annotations

import pytest

from scripts.pipeline import summary
from scripts.pipeline.source import Source
from scripts.pipeline.tables import show_rows
from scripts.pipeline.target import Target
from scripts.postgres import Database

SERVER = Database("127.0.0.1", 54321, "postgres", "0" * 32, "postgres")


def test_rows_have_aligned_numbers_and_bars(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "48")
    show_rows(("calls", "ratio"), [("Jo", 1200, 0.5), ("Mai Nowak", 600, None), ("Al", 0, 1)])
    assert capsys.readouterr().out == (
        "               calls  ratio\n"
        "    Jo         1,200    0.5  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇\n"
        "    Mai Nowak    600      –  ▇▇▇▇▇▇▇▇\n"  # noqa: RUF001 - a typographic dash
        "    Al             0      1\n"
    )


def test_no_rows_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(("calls",), [])
    assert capsys.readouterr().out == "    none\n"


@pytest.mark.parametrize("psql", [None, "/usr/bin/psql"])
@pytest.mark.parametrize("kept", [None, SERVER])
def test_last_lines_fit_and_say_what_to_do_next(
    monkeypatch: pytest.MonkeyPatch, kept: Database | None, psql: str | None
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: psql)
    source = Source({}, "tap_gong_stats_demo", "gong_stats_demo", request_log=[])
    text = summary.finished(1234, source, Target(SERVER.conninfo, SERVER.variables, kept))
    assert max(map(len, text.splitlines())) <= 100
    assert text.startswith("\n  1,234 API calls in total.")
    assert "docs/install.md" in text.splitlines()[-1]
    assert (SERVER.url in text, summary.STOP in text) == (bool(kept), bool(kept))
    assert ("Everything has been stopped" in text) == (not kept)


def test_last_lines_after_your_own_gong_do_not_say_how_to_set_it() -> None:
    source = Source({}, "tap_gong_stats", "gong_stats")
    text = summary.finished(1, source, Target("host=db.example"))
    assert summary.OWN_GONG not in text
    assert "stopped" not in text
