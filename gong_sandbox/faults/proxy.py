"""A proxy that lets things go wrong on purpose, really over TCP."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import msgspec

from gong_sandbox.faults.faults import BREAKS, Answer, Break, End, Fault, Place, Request, Spoiler
from gong_sandbox.server import some_turns

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Callable, Coroutine, Iterator
    from typing import Any

    Script = Callable[[Request], Fault | None]
    """Decides what happens to a request; None lets it pass. Called in the proxy's thread."""

T = TypeVar("T")

_HOST = "127.0.0.1"
_RESET = struct.pack("ii", 1, 0)
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_OWN = {"content-length", "connection"}


@dataclass(frozen=True, slots=True)
class Played:
    """A request in the proxy's journal, and what was done to it."""

    request: Request
    fault: Fault | None


class FaultProxy:
    """Stands between callers and a server, and does to each request what a script says.

    Connections are kept open between requests, as Gong keeps them.

    Args:
        upstream: The base URL of the server.
        script: Decides what happens; may be replaced at any time.

    Attributes:
        journal: Every request, in the order of arrival.
        connections: How many callers are connected.
    """

    def __init__(self, upstream: str, script: Script) -> None:
        parts = urlsplit(upstream)
        self._upstream = parts.hostname or _HOST, parts.port or 80
        self.script = script
        self.journal: list[Played] = []
        self._spoiler = Spoiler()
        self._callers: set[StreamWriter] = set()
        self._port = 0
        self._server: asyncio.Server | None = None
        self._ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name="fault-proxy")

    @property
    def url(self) -> str:
        """The base URL for callers."""
        return f"http://{_HOST}:{self._port}"

    @property
    def connections(self) -> int:
        """How many callers are connected."""
        return len(self._callers)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End all connections, and the thread."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def go_down(self) -> None:
        """Refuse connections from now on, and reset those that there are."""
        self._in_loop(self._go_down())

    def come_up(self) -> None:
        """Take connections again."""
        self._in_loop(self._come_up())

    @property
    def is_down(self) -> bool:
        """Whether connections are refused."""
        return self._server is None

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._turn = asyncio.Lock()
        await self._come_up()
        self._ready.set()
        await self._stopped.wait()
        await self._go_down()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _come_up(self) -> None:
        async with self._turn:
            if self._server is None and not self._stopped.is_set():
                self._server = await asyncio.start_server(self._serve, _HOST, self._port)
                self._port = self._server.sockets[0].getsockname()[1]

    async def _go_down(self) -> None:
        async with self._turn:
            if self._server is not None:
                for listener in self._server.sockets:
                    self._loop.remove_reader(listener)
                await some_turns()
                self._server.close()
                self._server = None
        for writer in self._callers:
            _reset(writer)

    async def _serve(self, reader: StreamReader, caller: StreamWriter) -> None:
        self._callers.add(caller)
        server: StreamWriter | None = None
        try:
            answers, server = await asyncio.open_connection(*self._upstream)
            while True:
                head, body = await _message(reader)
                request = self._noted(head, body)
                fault = self.script(request)
                self.journal.append(Played(request, fault))
                if fault is Fault.REFUSED:
                    await self._go_down()
                    return
                answer = self._spoiler.instead(fault, request)
                if answer is None:
                    server.write(head + body)
                    answer = self._spoiler.spoil(fault, request, _answer(*await _message(answers)))
                if break_ := BREAKS.get(fault) if fault else None:
                    await _break_off(reader, caller, answer, break_)
                    return
                caller.write(b"".join(_encoded(answer)))
                await caller.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller has gone, or is to go
        finally:
            for writer in filter(None, (caller, server)):
                writer.close()
            self._callers.remove(caller)

    def _noted(self, head: bytes, body: bytes) -> Request:
        method, target, _ = head.split(b" ", 2)
        content = msgspec.json.decode(body) if body[:1] == b"{" else {}
        return Request(len(self.journal), method.decode(), target.decode(), content)


@contextmanager
def faulty(upstream: str, script: Script = lambda _: None) -> Iterator[FaultProxy]:
    """Run a `FaultProxy` in front of a server until the block is left."""
    proxy = FaultProxy(upstream, script)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


async def _break_off(
    reader: StreamReader, caller: StreamWriter, answer: Answer, break_: Break
) -> None:
    """Send a part of an answer, and then what is to come instead of the rest."""
    head, body = _encoded(answer)
    sent = {
        Place.BEFORE_HEADERS: b"",
        Place.IN_HEADERS: head[: head.index(b"\r\n") + 8],
        Place.AFTER_HEADERS: head,
        Place.IN_BODY: head + body[: len(body) // 2],
    }
    caller.write(sent[break_.place])
    await caller.drain()
    if break_.end is End.SILENT:
        await reader.read()  # until the caller has had enough
    if break_.end is End.RESET:
        _reset(caller)


async def _message(reader: StreamReader) -> tuple[bytes, bytes]:
    """Read a request or an answer: its head, and the body of which the head tells the length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head, await reader.readexactly(int(length[1])) if length else b""


def _answer(head: bytes, body: bytes) -> Answer:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Answer(int(first.split(" ")[1]), headers, body)


def _encoded(answer: Answer) -> tuple[bytes, bytes]:
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        *(f"{name}: {value}" for name, value in answer.headers.items() if name.lower() not in _OWN),
        f"Content-Length: {len(answer.body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), answer.body


def _reset(writer: StreamWriter) -> None:
    """Drop a connection so that the other side gets an error and not an end."""
    transport = writer.transport
    if not transport.is_closing():
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
