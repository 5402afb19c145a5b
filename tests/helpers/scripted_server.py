"""A server whose responses a test decides."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from typing_extensions import override

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from tests.helpers.target import Json

    Respond = Callable[[Json, int], "StubResponse"]


@dataclass
class StubResponse:
    """One response of a scripted server.

    Attributes:
        status: the HTTP status.
        body: bytes, or what is encoded as JSON.
        headers: the headers; an underscore in a name stands for a hyphen.
        cut_to: the bytes of the body after which the connection is closed.
        reset: whether the connection is reset instead of a response.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut_to: int | None = None
    reset: bool = False

    def encoded(self) -> bytes:
        """Return the body as bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class ScriptedServer:
    """A server on a loopback port.

    Attributes:
        url: the base URL.
        requests: the requests in the order of arrival: the fields of the body, `path`, `headers`.
    """

    url: str
    requests: list[Json]


def gong_error(text: str, status: int = 400, **headers: str) -> StubResponse:
    """Return an error in Gong's own form."""
    return StubResponse(status, {"requestId": "req1", "errors": [text]}, headers)


@contextmanager
def scripted_server(
    respond: Respond, *, tls: ssl.SSLContext | None = None
) -> Iterator[ScriptedServer]:
    """Run a server that responds to each request with what `respond` returns for it.

    Args:
        respond: takes a request, as in `ScriptedServer.requests`, and its number from 0.
        tls: serves HTTPS.
    """
    server = _Server(respond)
    server.scripted.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.scripted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, respond: Respond) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scripted = ScriptedServer("", [])
        self._respond = respond
        self._lock = threading.Lock()

    def respond(self, request: Json) -> StubResponse:
        with self._lock:
            number = len(self.scripted.requests)
            self.scripted.requests.append(request)
        return self._respond(request, number)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that no longer waits for its response is no error of the server.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 5
    server: _Server

    def do_GET(self) -> None:
        self._reply({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_json = self.headers["Content-Type"] == "application/json"
        self._reply(json.loads(body) if is_json else dict(parse_qsl(body.decode())))

    @override
    def finish(self) -> None:
        if not self.wfile.closed and self.connection.fileno() >= 0:
            super().finish()

    @override
    def log_message(self, *_: Any) -> None:
        pass

    def _reply(self, body: Json) -> None:
        response = self.server.respond({"path": self.path, "headers": dict(self.headers), **body})
        if response.reset:
            self._reset_connection()
            return
        encoded = response.encoded()
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded[: response.cut_to])
        self.close_connection = response.cut_to is not None

    def _reset_connection(self) -> None:
        no_linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        self.connection.close()
        self.close_connection = True
