from __future__ import annotations

import gzip
import tracemalloc

import pytest
import requests

from tap_gong_stats.api import transport
from tap_gong_stats.api.session import ApiSession
from tap_gong_stats.api.transport import Transport
from tap_gong_stats.errors import ApiError
from tests.api.helpers import LABEL, gong_client, query
from tests.helpers import StubResponse, scripted_server


def error_of_fetching(body: bytes) -> str:
    """Return why a compressed body is refused, which no retry would change."""
    bomb = StubResponse(200, gzip.compress(body), {"Content-Encoding": "gzip"})
    with scripted_server(lambda *_: bomb) as server:
        client = gong_client(server.url)
        with pytest.raises(ApiError) as raised:
            client.fetch_page(query(), None, None)
        client.close()
    assert len(server.requests) == 1
    return str(raised.value)


def test_response_that_is_too_large_is_an_error_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BODY_SIZE", 3 * 2**20)
    message = error_of_fetching(bytes(3 * 2**20 + 1))
    assert message == f"{LABEL}: the response is larger than 3 MB"


def test_response_with_too_many_values_is_an_error_at_once() -> None:
    message = error_of_fetching(b'{"users": [{}' + b",{}" * (transport.MAX_VALUES + 1) + b"]}")
    assert message == f"{LABEL}: the response holds more than 2,000,000 values"


def test_status_decides_however_long_the_body_of_an_error_is() -> None:
    bomb = gzip.compress(b'{"errors": [[]' + b", []" * 2**23, compresslevel=1)
    error = StubResponse(403, bomb, {"Content-Encoding": "gzip"})
    with scripted_server(lambda *_: error) as server:
        reading = Transport(ApiSession(connections=1), timeout=5)
        request = requests.Request("POST", server.url, json={}).prepare()
        sent = reading.send(request, LABEL, on_sent=lambda: None)
        reading.close()
        client = gong_client(server.url)
        with pytest.raises(ApiError, match="HTTP 403: not a valid Gong API response"):
            client.fetch_page(query(), None, None)
        client.close()
    assert len(sent.body) == transport.MAX_ERROR_SIZE


def peak_of_reading(stub: StubResponse) -> int:
    """Return how many bytes were allocated at once while a response was read."""
    stub.body = stub.encoded()
    with scripted_server(lambda *_: stub) as server:
        reading = Transport(ApiSession(connections=1), timeout=5)
        request = requests.Request("POST", server.url, json={}).prepare()
        tracemalloc.start()
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(transport, "MAX_BODY_SIZE", 8 * 2**20)
                reading.send(request, LABEL, on_sent=lambda: None)
        except ApiError:
            pass
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            reading.close()
    return peak


def test_decompression_bomb_takes_no_more_memory_than_a_response_may() -> None:
    bomb = gzip.compress(bytes(100 * 2**20), compresslevel=1)
    peak = peak_of_reading(StubResponse(200, bomb, {"Content-Encoding": "gzip"}))
    assert peak < (8 + 3) * 2**20


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_ordinary_response_is_not_copied(encoding: str) -> None:
    body = bytes(7 * 2**20)
    sent = gzip.compress(body) if encoding == "gzip" else body
    peak = peak_of_reading(StubResponse(200, sent, {"Content-Encoding": encoding}))
    assert peak < (7 + 3) * 2**20
