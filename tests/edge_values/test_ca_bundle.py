"""Certificate authorities that cannot be read: reported with the variable that names them."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.helpers import CREDENTIALS, ScriptedServer, StubResponse, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.edge_values.tap_command import Tap


@pytest.fixture(scope="module")
def encrypted_gong() -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with scripted_server(lambda *_: StubResponse(), tls=context) as server:
        yield server


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "No such file or directory"),
        ("", "contains no certificates"),
        ("x", "contains no certificates"),
        ("-----BEGIN CERTIFICATE-----", "contains no certificates"),
    ],
)
def test_an_invalid_ca_bundle_is_named(
    tap: Tap, encrypted_gong: ScriptedServer, variable: str, content: str | None, problem: str
) -> None:
    bundle = tap.folder / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    tap.patch.setenv(variable, str(bundle))
    result = tap({**CREDENTIALS, "api_url": encrypted_gong.url, "time_zone": "UTC"})
    assert result.code == 1
    (error,) = result.errors
    assert error.endswith(
        f"{variable}: '{bundle}': {problem}; set it to a PEM file with certificate authorities, "
        "or unset it"
    )


def test_a_ca_bundle_that_is_missing_is_named_by_a_token_refresh(
    tap: Tap, encrypted_gong: ScriptedServer
) -> None:
    bundle = tap.folder / "bundle.pem"
    tap.patch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    names = ("client_id", "client_secret", "refresh_token")
    result = tap(
        {
            **dict.fromkeys(names, "x"),
            "oauth_token_file": str(tap.folder / "tokens.json"),
            "oauth_url": encrypted_gong.url,
        }
    )
    assert result.code == 1
    (error,) = result.errors
    assert f"OAuth: token refresh failed: REQUESTS_CA_BUNDLE: '{bundle}': No such file" in error
