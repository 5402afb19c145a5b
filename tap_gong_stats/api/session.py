"""The HTTP session of a run, and what TLS demands of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from singer_sdk.exceptions import FatalAPIError
from typing_extensions import override
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection

from tap_gong_stats.config.urls import LOOPBACK_HOSTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3 import PoolManager

UNTRUSTED = re.compile(r"certificate verify failed: (.*?)(?: \(_ssl|$)")


def session(*, connections: int, opened: Callable[[], None]) -> requests.Session:
    """Return a session for several threads.

    Args:
        connections: how many stay open.
        opened: is called by a thread that has opened a connection over TLS, before it sends its
            request. To open one takes round trips that a call on an open one saves.
    """
    session = _Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=connections))
    session.mount("https://", _TlsAdapter(connections, opened))
    return session


class _Session(requests.Session):
    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return none: a redirect is never followed, so that its target may be no URL at all."""

    @override
    def merge_environment_settings(self, url: Any, *args: Any, **options: Any) -> Any:
        """Return them without proxies for this machine: a login over http:// must not leave it."""
        merged = super().merge_environment_settings(url, *args, **options)
        return {**merged, "proxies": {}} if urlsplit(url).hostname in LOOPBACK_HOSTS else merged


class _TlsAdapter(HTTPAdapter):
    def __init__(self, connections: int, opened: Callable[[], None]) -> None:
        class Connection(HTTPSConnection):
            @override
            def connect(self) -> None:
                super().connect()
                opened()

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Connection

        self._pool = Pool
        super().__init__(pool_maxsize=connections)

    @override
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self._use_pool_in(self.poolmanager)

    @override
    def proxy_manager_for(self, *args: Any, **options: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(*args, **options)
        self._use_pool_in(manager)
        return manager

    @override
    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        try:
            return super().send(request, *args, **options)
        except requests.exceptions.SSLError as error:
            if found := UNTRUSTED.search(str(error)):  # which no other try would cure
                raise FatalAPIError(
                    f"{urlsplit(str(request.url)).netloc} shows a certificate that cannot be "
                    f"verified ({found[1]}); if a proxy of your network signs it, name a file "
                    "with its authority in the variable REQUESTS_CA_BUNDLE"
                ) from error
            raise

    def _use_pool_in(self, manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": self._pool}
