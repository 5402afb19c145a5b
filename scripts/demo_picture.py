"""Draws the beginning of what `scripts/demo` prints as docs/images/demo.svg.

scripts/environment scripts.demo_picture
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import sys
import termios
from typing import TYPE_CHECKING

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from scripts.supervised_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURE = ROOT / "docs" / "images" / "demo.svg"
COLUMNS, ROWS = 88, 50
MAX_LINES = 44
COMMAND = ("scripts/demo",)

THEME = TerminalTheme(
    background=(30, 30, 46),
    foreground=(205, 214, 244),
    normal=[(69, 71, 90), (243, 139, 168), (166, 227, 161), (249, 226, 175)] * 2,
)

TEMPLATE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
  aria-label="The output of scripts/demo: its steps, then tables with charts">
<style>
.{unique_id}-matrix {{
  font: {char_height}px/{line_height}px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""That of rich without its web font, which GitHub does not load."""


def main() -> None:
    """Run the demo and draw its output.

    Raises:
        SystemExit: if the demo fails.
    """
    lines = list(_final_lines(_run()))
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text("$ scripts/demo", style="bold"))
    console.print(Text.from_ansi("\n".join(_head(lines))))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    svg = console.export_svg(
        title="", theme=THEME, code_format=TEMPLATE, unique_id="demo", font_aspect_ratio=0.61
    )
    PICTURE.write_text(svg, encoding="utf-8")


def _run() -> str:
    """Return what the demo writes to a terminal, which is echoed."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execvp(COMMAND[0], COMMAND)  # noqa: S606 - no shell
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    output = bytearray()
    while chunk := _read(terminal):
        output += chunk
        sys.stdout.buffer.write(chunk)
        sys.stdout.flush()
    _, status = os.waitpid(process, 0)
    if status:
        sys.exit(os.waitstatus_to_exitcode(status))
    return output.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # on Linux, the end of the output
        return b""


def _final_lines(output: str) -> Iterator[str]:
    """Yield each line as it was last drawn."""
    for line in output.replace("\r\n", "\n").split("\n"):
        yield line.rpartition("\r")[2].removesuffix("\x1b[K").rstrip()


def _head(lines: list[str]) -> list[str]:
    """Return the first lines, up to the end of a table."""
    end = max(
        (number for number, line in enumerate(lines[: MAX_LINES + 1]) if not line),
        default=MAX_LINES,
    )
    return lines[:end]


if __name__ == "__main__":
    main()
