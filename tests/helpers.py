"""What many tests need: a run of the tap in this process, and a server that follows a script."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from singer_sdk.contrib.msgspec import MsgSpecWriter
from typing_extensions import override

from tap_gong_stats.tap import TapGongStats

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from singer_sdk.singerlib import Message

Json = dict[str, Any]

LOGIN = {"access_key": "sandbox-key", "access_key_secret": "sandbox-secret"}


def catalog() -> list[dict[str, Any]]:
    text = TapGongStats(validate_config=False).catalog_json_text
    streams: list[dict[str, Any]] = json.loads(text)["streams"]
    return streams


class RecordingTarget(MsgSpecWriter):
    """Keeps the lines that the tap would write to its standard output."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Json] = []

    @override
    def write_message(self, message: Message) -> None:
        self.messages.append(json.loads(bytes(self.format_message(message))))


@dataclass
class Run:
    """What a run of the tap has written."""

    messages: list[Json]
    error: Exception | None = None

    def rows(self, stream: str) -> list[Json]:
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    @property
    def states(self) -> list[Json]:
        return [message["value"] for message in self.messages if message["type"] == "STATE"]

    @property
    def state(self) -> Json:
        return self.states[-1] if self.states else {}

    def bookmark(self, stream: str, period: str | None = None) -> str | None:
        return bookmark(self.state, stream, period)


def bookmark(state: Json, stream: str, period: str | None = None) -> str | None:
    stream_state = state.get("bookmarks", {}).get(stream, {})
    for partition in stream_state.get("partitions", []):
        if partition["context"] == {"period": period}:
            stream_state = partition
    value: str | None = stream_state.get("replication_key_value")
    return value


def run_tap(
    config: Json,
    *streams: str,
    state: Json | None = None,
    catalog: Json | None = None,
) -> Run:
    """Run the tap for some streams (all by default) and return what it wrote, errors included."""
    collector = RecordingTarget()
    tap = TapGongStats(
        config={**LOGIN, **config},
        state=json.loads(json.dumps(state or {})),
        catalog=catalog,
        message_writer=collector,
    )
    for name, stream in tap.streams.items():
        stream.selected = not streams or name in streams
    run = Run(collector.messages)
    try:
        tap.sync_all()
    except Exception as error:  # noqa: BLE001 - the test looks at it
        run.error = error
    finally:
        tap.gong.client.close()
    return run


@dataclass
class StubResponse:
    """One answer of a scripted_server server."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut_to: int | None = None
    """Bytes of the body after which the connection is closed."""
    reset: bool = False
    """Whether the connection is reset instead of an answer."""

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class ScriptedServer:
    """A server on a loopback port whose answers a test decides, and what it was asked."""

    url: str
    requests: list[Json]


def gong_error(text: str, status: int = 400, **headers: str) -> StubResponse:
    """Return an error in Gong's own form."""
    return StubResponse(status, {"requestId": "req1", "errors": [text]}, headers)


@contextmanager
def scripted_server(
    answer: Callable[[Json, int], StubResponse], *, tls: ssl.SSLContext | None = None
) -> Iterator[ScriptedServer]:
    """Serve what `answer` returns for each request (its body, path and headers) and its number.

    With `tls` it is served over HTTPS.
    """
    script = ScriptedServer("", [])
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 5

        def do_GET(self) -> None:
            self.reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_json = self.headers["Content-Type"] == "application/json"
            self.reply(json.loads(body) if is_json else dict(parse_qsl(body.decode())))

        def reply(self, body: Json) -> None:
            asked = {"path": self.path, "headers": dict(self.headers), **body}
            with lock:
                script.requests.append(asked)
                number = len(script.requests) - 1
            reply = answer(asked, number)
            if reply.reset:
                self.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self.connection.close()
                self.close_connection = True
                return
            encoded = reply.encoded()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded[: reply.cut_to])
            self.close_connection = reply.cut_to is not None

        def finish(self) -> None:
            if not self.wfile.closed and self.connection.fileno() >= 0:
                super().finish()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
