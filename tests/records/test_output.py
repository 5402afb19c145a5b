"""The pieces in which standard output is written."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from tap_gong_stats.records.output import PIPE_BUF, StandardOutput, Termination

if TYPE_CHECKING:
    from pathlib import Path

LINE = b"x" * 99 + b"\n"
MANY_LINES = LINE * (2 * PIPE_BUF // len(LINE))
LONG_LINE = b"x" * (2 * PIPE_BUF) + b"\n"


class RecordingOutput(StandardOutput):
    """Records the pieces."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, Termination())
        self.pieces: list[bytes] = []

    @override
    def _write_all(self, view: memoryview) -> None:
        self.pieces.append(bytes(view))
        super()._write_all(view)


def write_to_pipe(data: bytes, unread: bytes = b"") -> list[bytes]:
    """Write into a pipe that holds some bytes, and return the pieces."""
    reader, writer = os.pipe()
    try:
        os.write(writer, unread)
        output = RecordingOutput(writer)
        assert output.write(data) == len(data)
        assert os.read(reader, 2**20) == unread + data
    finally:
        os.close(reader)
        os.close(writer)
    return output.pieces


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much a pipe holds")
def test_many_lines_are_one_piece_if_the_target_has_read_everything() -> None:
    assert write_to_pipe(MANY_LINES) == [MANY_LINES]


def test_many_lines_are_pieces_of_whole_lines_if_the_target_has_not_read_everything() -> None:
    pieces = write_to_pipe(MANY_LINES, unread=LINE)
    assert b"".join(pieces) == MANY_LINES
    assert len(pieces) > 1
    assert all(len(piece) <= PIPE_BUF and piece.endswith(b"\n") for piece in pieces)


@pytest.mark.parametrize("before", [b"", LINE])
def test_long_line_is_a_piece_of_its_own(before: bytes) -> None:
    pieces = write_to_pipe(before + LONG_LINE + LINE, unread=LINE)
    assert pieces == [piece for piece in (before, LONG_LINE, LINE) if piece]


def test_line_without_an_end_is_one_piece() -> None:
    assert write_to_pipe(LONG_LINE[:-1], unread=LINE) == [LONG_LINE[:-1]]


def test_file_takes_everything_in_one_piece(tmp_path: Path) -> None:
    with (tmp_path / "output").open("wb") as file:
        output = RecordingOutput(file.fileno())
        output.write(MANY_LINES)
        output.write(LONG_LINE + LINE)
    assert output.pieces == [MANY_LINES, LONG_LINE + LINE]
    assert (tmp_path / "output").read_bytes() == MANY_LINES + LONG_LINE + LINE
