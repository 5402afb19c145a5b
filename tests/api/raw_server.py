"""A server that sends bytes as they are, for responses that no HTTP library would send."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.api.helpers import users

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    Serve = Callable[[socket.socket, int], None]

USERS_JSON = users("1").encoded()


@dataclass
class RawServer:
    """A running server.

    Attributes:
        url: the base URL.
        requests: the requests, headers and body together.
    """

    url: str
    requests: list[bytes] = field(default_factory=list)


def response(body: bytes = USERS_JSON, *headers: str, status: str = "200 OK") -> bytes:
    """Return a response without a Content-Length of its own."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "\r\n"]).encode() + body


def complete_response(body: bytes = USERS_JSON, *headers: str) -> bytes:
    return response(body, f"Content-Length: {len(body)}", *headers)


@contextmanager
def raw_server(serve: Serve, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Serve each request with what `serve` sends for it, and close its connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}")
    connections: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

    def handle(connection: socket.socket) -> None:
        if tls:
            connection = tls.wrap_socket(connection, server_side=True)
        with connection, suppress(OSError):
            server.requests.append(read_request(connection))
            serve(connection, len(server.requests) - 1)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in connections:
            connection.close()


def read_request(connection: socket.socket) -> bytes:
    request = b""
    while not is_complete(request):
        request += connection.recv(65536)
    return request


def is_complete(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


def trickle(connection: socket.socket, head: bytes, is_over: threading.Event) -> None:
    """Send the head of a response, then one byte at a time, without ever ending it."""
    connection.sendall(head)
    while not is_over.wait(0.01):
        connection.sendall(b" ")
