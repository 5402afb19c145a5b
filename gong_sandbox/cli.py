"""The command line of `gong-sandbox`."""

from __future__ import annotations

import math
import sys
from threading import Event
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from gong_sandbox.app import create_app
from gong_sandbox.auth import ALL_SCOPES, MOTIONCX_SCOPE, Credentials
from gong_sandbox.company import Company
from gong_sandbox.server import serve

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "gong-sandbox"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error ends it with one line.

    Args:
        arguments: The command line without the program; None for the process's own.
    """
    try:
        run_sandbox.main(arguments, PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"{PROGRAM}: {error.format_message()}", err=True)
        sys.exit(error.exit_code)


class _Integer(click.IntRange):
    name = "integer"


class _Number(click.FloatRange):
    name = "number"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - the signature of click
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number


def _check_time_zone(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise click.BadParameter(
            f"{value!r} is not an IANA time zone such as Europe/Berlin."
        ) from error
    return value


def _parse_scopes(_ctx: click.Context, _param: click.Parameter, value: str) -> list[str]:
    known = sorted(ALL_SCOPES)
    scopes = known if value == "all" else value.split(",")
    for scope in scopes:
        if scope not in known:
            raise click.BadParameter(f"{scope!r} is not one of {', '.join(known)}.")
    return scopes


@click.command(
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "show_default": True,
    },
)
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option(
    "--port",
    type=_Integer(0, 65_535),
    default=8765,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--users", type=_Integer(1, 10_000), default=60, help="Number of users in the company."
)
@click.option("--seed", type=int, default=1, help="Seed of the generated data.")
@click.option(
    "--time-zone",
    callback=_check_time_zone,
    metavar="NAME",
    default="America/Los_Angeles",
    help="Time zone of the company.",
)
@click.option("--access-key", default=Credentials.access_key, help="Access key to accept.")
@click.option("--access-secret", default=Credentials.access_secret, help="Access secret to accept.")
@click.option("--token", default=Credentials.token, help="Bearer token to accept.")
@click.option(
    "--scopes",
    callback=_parse_scopes,
    metavar="LIST",
    default="all",
    help=f"Scopes of the key and the token, separated by commas; {MOTIONCX_SCOPE} for MotionCX.",
)
@click.option("--page-size", type=_Integer(1, 100_000), default=100, help="Maximum items per page.")
@click.option(
    "--calls-per-second",
    type=_Number(0, min_open=True),
    default=3.0,
    help="Calls allowed per second.",
)
@click.option(
    "--calls-per-day", type=_Integer(0), default=10_000, help="Calls allowed per UTC day."
)
@click.option(
    "--latency",
    type=_Number(0),
    default=0.0,
    help="Seconds to delay each response.",
)
@click.option(
    "--error-rate",
    type=_Number(0, 1),
    default=0.0,
    help="Share of calls that fail with 500, 502 or 503.",
)
@click.option(
    "--numeric-ids", is_flag=True, help="Send the IDs of scorecard endpoints as JSON numbers."
)
def run_sandbox(  # noqa: PLR0913 - one parameter per option
    *,
    host: str,
    port: int,
    users: int,
    seed: int,
    time_zone: str,
    access_key: str,
    access_secret: str,
    token: str,
    **app_options: Any,  # noqa: ANN401 - the options that `create_app` takes by the same names
) -> None:
    """Serve a local sandbox of the Gong API with the data of a fictional company."""
    credentials = Credentials(access_key, access_secret, token)
    company = Company(users=users, seed=seed, time_zone=time_zone)
    app = create_app(company, credentials=credentials, **app_options)
    try:
        with serve(app, port, host) as url:
            click.echo(_greeting(url, time_zone, credentials))
            Event().wait()
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _greeting(url: str, time_zone: str, credentials: Credentials) -> str:
    return f"""\
The Gong sandbox is running; press Ctrl+C to stop it.
  API URL        {url}
  access key     {credentials.access_key}
  access secret  {credentials.access_secret}
  bearer token   {credentials.token}
  time zone      {time_zone}
  MotionCX       {url}/motioncx with key {credentials.motioncx_key}
  API docs       {url}/docs
"""
