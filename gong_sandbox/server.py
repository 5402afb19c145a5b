"""Serves an app on a local port, in a thread."""

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

_SHUTDOWN_TIMEOUT = 5  # seconds for responses in progress when the server stops
_KEEP_ALIVE_TIMEOUT = 60  # seconds that a connection may be idle, as behind common load balancers


class _Server(uvicorn.Server):
    """A server that signals when it is ready, or has failed to start."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                ws="none",
                log_level="warning",
                access_log=False,
                timeout_keep_alive=_KEEP_ALIVE_TIMEOUT,
                timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT,
            )
        )
        self.ready = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await finish_accepting()
        for connection in [*self.server_state.connections]:
            connection.transport.abort()
        await finish_accepting()

    def serve_on(self, listener: socket.socket) -> None:
        try:
            self.run([listener])
        finally:
            self.ready.set()


async def finish_accepting() -> None:
    """Run the event loop until sockets that it has accepted are registered as connections."""
    for _ in range(3):
        await asyncio.sleep(0)


@contextmanager
def serve(app: FastAPI, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve an app while the block runs.

    Args:
        app: The app.
        port: The port to listen on; 0 for any free port.
        host: The address to listen on.

    Yields:
        The base URL, without a trailing slash.

    Raises:
        OSError: The port is in use.
    """
    with socket.create_server((host, port)) as listener:
        # Connections inherit this option. asyncio sets it only on sockets created with the TCP
        # protocol number, unlike these; without it each response waits 40 ms for a delayed ACK.
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
