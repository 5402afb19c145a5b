"""Where the records come from: your Gong, or the sandbox."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gong_sandbox.app import create_app
from gong_sandbox.auth import Credentials
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from scripts.steps import Step, StepError
from tap_gong_stats.config.definitions import AUTH_METHODS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

USERS = 40

SCHEMA_SUFFIX = "_demo"
"""Of the schemas for the sandbox's data, which must not meet that of your Gong."""

CREDENTIALS = frozenset(
    f"TAP_GONG_STATS_{setting.upper()}" for method in AUTH_METHODS for setting in method
)
"""The variables of which any means your Gong; the tap reports those that are missing."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the records come from.

    Attributes:
        variables: environment variables, in addition to those that are set.
        schema: schema of the tables that the tap fills.
        marts_schema: schema of the tables that dbt builds from these.
        request_log: the requests that the sandbox has received so far; None for a real Gong.
    """

    variables: Mapping[str, str]
    schema: str
    marts_schema: str
    request_log: Collection[object] | None = field(default=None, repr=False)


def is_own_gong(variables: Mapping[str, str]) -> bool:
    """Return whether the variables contain credentials of any kind."""
    return not CREDENTIALS.isdisjoint(variables)


def own_gong(variables: Mapping[str, str], *, with_motioncx: bool) -> Source:
    """Return the Gong account that the variables configure.

    Raises:
        StepError: the MotionCX account is missing.
    """
    if with_motioncx and "TAP_GONG_STATS_MOTIONCX_API_KEY" not in variables:
        raise StepError("--all also requires TAP_GONG_STATS_MOTIONCX_API_KEY.")
    schema = variables.get("TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA", "tap_gong_stats")
    return Source({}, schema, variables.get("DBT_SCHEMA", "gong_stats"))


@contextmanager
def sandbox(*, with_motioncx: bool) -> Iterator[Source]:
    """Run the sandbox, which limits the rate of calls as Gong does."""
    app = create_app(Company(users=USERS))
    credentials = Credentials()
    with serve(app) as url:
        variables = {
            "TAP_GONG_STATS_API_URL": url,
            "TAP_GONG_STATS_ACCESS_KEY": credentials.access_key,
            "TAP_GONG_STATS_ACCESS_KEY_SECRET": credentials.access_secret,
            # Without a key of the sandbox, one in .env would load your MotionCX.
            "TAP_GONG_STATS_MOTIONCX_API_KEY": credentials.motioncx_key if with_motioncx else "",
            "TAP_GONG_STATS_MOTIONCX_API_URL": f"{url}/motioncx",
        }
        schema, marts = f"tap_gong_stats{SCHEMA_SUFFIX}", f"gong_stats{SCHEMA_SUFFIX}"
        yield Source(variables, schema, marts, app.state.request_log)


@contextmanager
def source(variables: Mapping[str, str], *, with_motioncx: bool) -> Iterator[Source]:
    """Use the Gong account that the variables configure, or else the sandbox."""
    if is_own_gong(variables):
        yield own_gong(variables, with_motioncx=with_motioncx)
        return
    with ExitStack() as stack:
        with Step("Gong sandbox"):
            gong = stack.enter_context(sandbox(with_motioncx=with_motioncx))
        yield gong
