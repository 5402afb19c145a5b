"""The SDK's standard tests for taps, run against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tap_gong_stats.tap import TapGongStats

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG: dict[str, Any] = {
    "access_key": "sandbox-key",
    "access_key_secret": "sandbox-secret",
    "calls_per_second": 1000,
}

StandardTests: Any = get_tap_test_class(
    TapGongStats,
    config=CONFIG,
    parse_env_config=False,
    suite_config=SuiteConfig(max_records_limit=None),
)


class TestSdkStandard(StandardTests):  # type: ignore[misc]  # the SDK creates it at run time
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def sandbox_url(cls) -> Iterator[None]:
        with serve(create_app(Company(users=8), calls_per_second=10_000)) as url:
            CONFIG["api_url"] = url
            yield
