"""Runs an app on a port of this machine, in a thread."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

_PATIENCE = 5  # seconds for answers under way when the server stops
_IDLE = 60  # seconds that a caller's connection may rest, as behind common load balancers


class _Server(uvicorn.Server):
    """A server that says when it is ready, or has given up."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                ws="none",
                log_level="warning",
                access_log=False,
                timeout_keep_alive=_IDLE,
                timeout_graceful_shutdown=_PATIENCE,
            )
        )
        self.ready = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await some_turns()
        for connection in [*self.server_state.connections]:
            connection.transport.abort()
        await some_turns()

    def serve_on(self, listener: socket.socket) -> None:
        try:
            self.run([listener])
        finally:
            self.ready.set()


async def some_turns() -> None:
    """Let the loop go on until who was let in is known as a connection."""
    for _ in range(3):
        await asyncio.sleep(0)


@contextmanager
def serve(app: FastAPI, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve an app until the block is left.

    Args:
        app: What answers.
        port: Where to listen; 0 for any free port.
        host: The address to listen on.

    Yields:
        The base URL, without a slash at its end.

    Raises:
        OSError: The port is taken.
    """
    with socket.create_server((host, port)) as listener:
        # Connections inherit it. asyncio sets it only on sockets that say that they are TCP, and
        # these do not; then every answer would wait 40 ms for an acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = _Server(app)
        thread = Thread(target=server.serve_on, args=(listener,), name="gong-sandbox")
        thread.start()
        server.ready.wait()
        try:
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
