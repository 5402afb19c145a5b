from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.gong_sandbox.conftest import SandboxClient


@pytest.mark.parametrize("path", ["/v2/stats/activity/aggregated", "/v2/users/", "/", "/v3/users"])
def test_an_unknown_path_is_a_404_without_the_envelope(client: SandboxClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text == "<html><body><h1>404 Not Found</h1></body></html>"


def test_a_wrong_method_is_a_405_without_the_envelope(client: SandboxClient) -> None:
    response = client.get("/v2/stats/activity/aggregate")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.text == "<html><body><h1>405 Method Not Allowed</h1></body></html>"
