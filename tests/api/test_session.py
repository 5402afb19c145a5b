from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from tap_gong_stats.api.rate_limit import Pace, Turn
from tap_gong_stats.api.session import session
from tests.helpers import ScriptedServer, StubResponse, run_tap, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKSPACE = {"workspaces": [{"id": "1"}]}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def gong(authority: trustme.CA) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with scripted_server(lambda *_: StubResponse(body=WORKSPACE), tls=context) as script:
        yield script


@pytest.fixture
def trust(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))


def test_a_certificate_that_cannot_be_verified_ends_the_run_before_the_login_is_sent(
    gong: ScriptedServer,
) -> None:
    error = run_tap({"api_url": gong.url}, "workspaces").error
    assert str(error) == (
        f"workspaces: {gong.url.removeprefix('https://')} shows a certificate that cannot be "
        "verified (unable to get local issuer certificate); if a proxy of your network signs it, "
        "name a file with its authority in the variable REQUESTS_CA_BUNDLE"
    )
    assert gong.asked == []


@pytest.mark.usefixtures("trust")
def test_a_certificate_of_a_known_authority_is_good(gong: ScriptedServer) -> None:
    result = run_tap({"api_url": gong.url}, "workspaces")
    assert result.error is None
    assert [row["id"] for row in result.rows("workspaces")] == ["1"]


@pytest.mark.usefixtures("trust")
def test_it_tells_of_each_connection_that_is_open_before_anything_is_sent(
    gong: ScriptedServer,
) -> None:
    sent_before: list[int] = []
    with session(connections=1, opened=lambda: sent_before.append(len(gong.asked))) as one:
        for _ in range(3):
            assert one.post(gong.url, json={}).json() == WORKSPACE
    assert sent_before == [0]
    assert len(gong.asked) == 3


@pytest.mark.usefixtures("trust")
def test_a_call_counts_from_when_its_connection_is_open(
    gong: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[Turn] = []

    def leave(_: Pace, turn: Turn) -> Turn:
        left.append(turn)
        return turn

    monkeypatch.setattr(Pace, "leave", leave)
    assert run_tap({"api_url": gong.url}, "workspaces").error is None
    assert len(left) == 2
    assert left[0] is left[1]


def test_a_proxy_gets_nothing_that_is_meant_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted_server(lambda *_: StubResponse(body=WORKSPACE)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        with scripted_server(lambda *_: StubResponse(body=WORKSPACE)) as gong_here:
            assert run_tap({"api_url": gong_here.url}, "workspaces").error is None
    assert (len(proxy.asked), len(gong_here.asked)) == (0, 1)
