"""The command `gong-sandbox`."""

from __future__ import annotations

import argparse
import math
import sys
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from gong_sandbox.app import create_app
from gong_sandbox.auth import SCOPES, Credentials
from gong_sandbox.company.company import Company
from gong_sandbox.server import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the sandbox until it is interrupted.

    Args:
        arguments: The command line without the command; None for the process's own.
    """
    asked = _parser().parse_args(arguments)
    credentials = Credentials(asked.access_key, asked.access_secret, asked.token)
    app = create_app(
        Company(users=asked.users, seed=asked.seed, time_zone=asked.time_zone),
        page_size=asked.page_size,
        calls_per_second=asked.calls_per_second,
        calls_per_day=asked.calls_per_day,
        latency=asked.latency,
        error_rate=asked.error_rate,
        credentials=credentials,
        scopes=asked.scopes,
        numeric_ids=asked.numeric_ids,
    )
    try:
        with serve(app, asked.port, asked.host) as url:
            print(_greeting(url, asked.time_zone, credentials), flush=True)  # noqa: T201 - a command's output
            Event().wait()
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.exit(f"gong-sandbox: cannot listen on {asked.host}:{asked.port}: {error.strerror}")


def _greeting(url: str, time_zone: str, credentials: Credentials) -> str:
    return f"""\
A Gong sandbox is listening; stop it with Ctrl+C.
  API URL        {url}
  access key     {credentials.access_key}
  access secret  {credentials.access_secret}
  bearer token   {credentials.token}
  time zone      {time_zone}
  MotionCX       {url}/motioncx with key {credentials.motioncx_key}
  try it out     {url}/docs
"""


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gong-sandbox",
        description="A local, strict Gong over an invented company.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    usual = Credentials()
    add = partial(parser.add_argument, metavar="")
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=_whole(0, 65_535), default=8765, help="port to listen on, 0 for any")
    add("--users", type=_whole(1, 10_000), default=60, help="people with a Gong seat")
    add("--seed", type=int, default=1, help="number that chooses all that is invented")
    add("--time-zone", type=_zone, default="America/Los_Angeles", help="the company's zone")
    add("--access-key", default=usual.access_key, help="key to accept")
    add("--access-secret", default=usual.access_secret, help="secret to accept")
    add("--token", default=usual.token, help="bearer token to accept")
    add("--scopes", type=_scopes, default="all", help="scopes of key and token, comma between")
    add("--page-size", type=_whole(1, 100_000), default=100, help="items on a page")
    add("--calls-per-second", type=_above_0, default=3.0, help="calls allowed in any second")
    add("--calls-per-day", type=_whole(0), default=10_000, help="calls allowed in a day of UTC")
    add("--latency", type=_seconds, default=0.0, help="seconds that each answer takes")
    add("--error-rate", type=_share, default=0.0, help="share of calls to fail with 500 to 503")
    parser.add_argument(
        "--numeric-ids", action="store_true", help="send ids around scorecards as JSON numbers"
    )
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    span = f"from {least} to {most}" if most is not None else f"from {least} on"

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= (int(text) if most is None else most):
            raise argparse.ArgumentTypeError(f"must be a whole number {span}, not {text!r}")
        return int(text)

    return read


def _above_0(text: str) -> float:
    return _number(text, "a number above 0", lambda number: 0 < number < math.inf)


def _seconds(text: str) -> float:
    return _number(text, "a number from 0 on", lambda number: 0 <= number < math.inf)


def _share(text: str) -> float:
    return _number(text, "a number from 0 to 1", lambda number: 0 <= number <= 1)


def _number(text: str, what: str, fits: Callable[[float], bool]) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not fits(number):
        raise argparse.ArgumentTypeError(f"must be {what}, not {text!r}")
    return number


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(
            f"must be an IANA name such as Europe/Berlin, not {text!r}"
        ) from error
    return text


def _scopes(text: str) -> list[str] | None:
    if text == "all":
        return None
    scopes = text.split(",")
    for scope in scopes:
        if scope not in SCOPES.values():
            known = ", ".join(sorted(set(SCOPES.values())))
            raise argparse.ArgumentTypeError(f"{scope!r} is none of {known}")
    return scopes


if __name__ == "__main__":
    main()
