"""A TCP proxy that injects faults between a client and a server."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import urlsplit

from gong_sandbox.faults.corruption import ResponseCorruptor
from gong_sandbox.faults.definitions import CONNECTION_FAILURES, FailureMode, FailurePoint, Fault
from gong_sandbox.faults.messages import RawResponse, Request, read_message
from gong_sandbox.server import finish_accepting

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Callable, Coroutine, Iterator
    from typing import Any

    from gong_sandbox.faults.definitions import ConnectionFailure

FaultScript: TypeAlias = "Callable[[Request], Fault | None]"
"""Chooses the fault for a request, None for no fault; called in the proxy's thread."""

T = TypeVar("T")

_HOST = "127.0.0.1"
_NO_LINGER = struct.pack("ii", 1, 0)
"""Value of SO_LINGER that makes a close send RST instead of FIN."""


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """A request to the proxy, and the fault that was applied to it."""

    request: Request
    fault: Fault | None


class FaultProxy:
    """Forwards requests to a server, and applies the faults that a script chooses.

    Connections are kept open between requests, as Gong keeps them.

    Args:
        upstream: The base URL of the server.
        script: Chooses the faults.

    Attributes:
        script: May be replaced at any time.
        request_log: Every request, in the order of arrival.
    """

    def __init__(self, upstream: str, script: FaultScript) -> None:
        parts = urlsplit(upstream)
        self._upstream = parts.hostname or _HOST, parts.port or 80
        self.script = script
        self.request_log: list[RecordedExchange] = []
        self._corruptor = ResponseCorruptor()
        # With their tasks, which nothing else would refer to while they wait for the server.
        self._clients: dict[StreamWriter, asyncio.Task[object] | None] = {}
        self._port = 0
        self._server: asyncio.Server | None = None
        self._ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name="fault-proxy")

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://{_HOST}:{self._port}"

    @property
    def open_connections(self) -> int:
        """How many clients are connected."""
        return len(self._clients)

    @property
    def is_listening(self) -> bool:
        """Whether the proxy accepts connections."""
        return self._server is not None

    def start(self) -> None:
        """Start the thread, and wait until it listens."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close all connections, and end the thread."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def stop_listening(self) -> None:
        """Refuse new connections, and reset the open ones."""
        self._call_in_loop(self._stop_listening())

    def start_listening(self) -> None:
        """Accept connections again."""
        self._call_in_loop(self._start_listening())

    def _call_in_loop(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._lock = asyncio.Lock()
        await self._start_listening()
        self._ready.set()
        await self._stopped.wait()
        await self._stop_listening()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _start_listening(self) -> None:
        async with self._lock:
            if self._server is None and not self._stopped.is_set():
                self._server = await asyncio.start_server(self._serve, _HOST, self._port)
                self._port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        async with self._lock:
            if self._server is not None:
                for listener in self._server.sockets:
                    self._loop.remove_reader(listener)
                await finish_accepting()
                self._server.close()
                self._server = None
        for writer in self._clients:
            _reset(writer)

    async def _serve(self, reader: StreamReader, client: StreamWriter) -> None:
        self._clients[client] = asyncio.current_task()
        server: StreamWriter | None = None
        try:
            responses, server = await asyncio.open_connection(*self._upstream)
            while True:
                head, body = await read_message(reader)
                request = Request.parse(len(self.request_log), head, body)
                fault = self.script(request)
                self.request_log.append(RecordedExchange(request, fault))
                if fault is Fault.REFUSED:
                    await self._stop_listening()
                    return
                response = self._corruptor.replacement(fault, request)
                if response is None:
                    server.write(head + body)
                    original = RawResponse.parse(*await read_message(responses))
                    response = self._corruptor.corrupt(fault, request, original)
                if failure := CONNECTION_FAILURES.get(fault) if fault else None:
                    await _fail(reader, client, response, failure)
                    return
                client.write(b"".join(response.encode()))
                await client.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has disconnected, or was reset
        finally:
            for writer in filter(None, (client, server)):
                writer.close()
            del self._clients[client]


@contextmanager
def fault_proxy(upstream: str, script: FaultScript = lambda _: None) -> Iterator[FaultProxy]:
    """Run a `FaultProxy` in front of a server while the block runs."""
    proxy = FaultProxy(upstream, script)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


async def _fail(
    reader: StreamReader, client: StreamWriter, response: RawResponse, failure: ConnectionFailure
) -> None:
    """Send the part of a response that precedes a failure, and fail."""
    head, body = response.encode()
    sent = {
        FailurePoint.BEFORE_HEADERS: b"",
        FailurePoint.IN_HEADERS: head[: head.index(b"\r\n") + 8],
        FailurePoint.AFTER_HEADERS: head,
        FailurePoint.IN_BODY: head + body[: len(body) // 2],
    }
    client.write(sent[failure.point])
    await client.drain()
    if failure.mode is FailureMode.SILENT:
        await reader.read()  # until the client gives up
    if failure.mode is FailureMode.RESET:
        _reset(client)


def _reset(writer: StreamWriter) -> None:
    """Abort a connection so that the client gets an error instead of the end of the stream."""
    transport = writer.transport
    if not transport.is_closing():
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
