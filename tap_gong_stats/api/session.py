"""The HTTP session of a run: connections, proxies and TLS."""

from __future__ import annotations

import logging
import os
import re
import ssl
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from typing_extensions import override
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from tap_gong_stats.config.urls import LOOPBACK_HOSTS
from tap_gong_stats.errors import RunError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from urllib3 import PoolManager

# Its warnings quote headers of responses, which may repeat the credentials. Whatever matters is
# also raised as an exception.
logging.getLogger("urllib3").setLevel(logging.ERROR)

CA_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Where requests looks for certificate authorities: in the first that is set."""

CERT_VERIFY_FAILED = re.compile(r"certificate verify failed: (.*?)(?: \(_ssl|$)")


class TrackedHeaders(CaseInsensitiveDict[str]):
    """The headers of a request, which report when the request is sent over an open connection.

    Opening a connection takes extra round trips. If they were not taken into account, the next
    request, on an open connection, would arrive too soon after this one.

    Args:
        headers: the headers.
        on_open: called with the connection's socket just before the request is sent.
    """

    def __init__(
        self, headers: CaseInsensitiveDict[str], on_open: Callable[[socket.socket], None]
    ) -> None:
        super().__init__(headers)
        self.on_open = on_open

    @override
    def copy(self) -> TrackedHeaders:
        # urllib3 sends a copy of the headers.
        return TrackedHeaders(self, self.on_open)


class _OpenReport:
    """What both kinds of connections add to urllib3's."""

    sock: Any

    def request(
        self, method: str, url: str, body: Any = None, headers: Any = None, **kw: Any
    ) -> None:
        if isinstance(headers, TrackedHeaders):
            if self.sock is None:
                self.connect()  # type: ignore[attr-defined] # a mix-in
            # TLS within TLS, as to a proxy, has no socket of its own.
            headers.on_open(getattr(self.sock, "socket", self.sock))
        super().request(method, url, body, headers, **kw)  # type: ignore[misc] # a mix-in


class _HttpConnection(_OpenReport, HTTPConnection):
    pass


class _HttpsConnection(_OpenReport, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


POOL_CLASSES = {"http": _HttpPool, "https": _HttpsPool}


class ApiSession(requests.Session):
    """A session for several threads that keeps `connections` connections open."""

    def __init__(self, *, connections: int) -> None:
        super().__init__()
        # Cookies would tie the requests of all threads to each other.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(pool_maxsize=connections))

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return none: redirects are never followed, as they would carry the credentials."""

    @override
    def merge_environment_settings(self, url: Any, *args: Any, **options: Any) -> Any:
        """Return the settings without proxies for loopback hosts.

        Credentials sent over http:// must not leave this machine.
        """
        merged = super().merge_environment_settings(url, *args, **options)
        return {**merged, "proxies": {}} if urlsplit(url).hostname in LOOPBACK_HOSTS else merged


class _Adapter(HTTPAdapter):
    @override
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOL_CLASSES

    @override
    def proxy_manager_for(self, *args: Any, **options: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = POOL_CLASSES
        return manager

    @override
    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        try:
            return super().send(request, *args, **options)
        except OSError as error:  # the base of all that requests raises
            if str(request.url).startswith("https:"):
                check_ca_bundle()
            if found := CERT_VERIFY_FAILED.search(str(error)):  # which a retry would not fix
                raise RunError(
                    f"{urlsplit(str(request.url)).netloc} presents a certificate that cannot be "
                    f"verified ({found[1]}); if a proxy of your network signs it, set "
                    "REQUESTS_CA_BUNDLE to a file with its certificate authority"
                ) from error
            raise


def check_ca_bundle() -> None:
    """Check the certificate authorities that an environment variable names.

    Raises:
        RunError: if there are none.
    """
    name = next(filter(os.environ.get, CA_BUNDLE_VARIABLES), "")
    path = os.environ.get(name)
    if not path or Path(path).is_dir():
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:
        problem = error.strerror
        if isinstance(error, ssl.SSLError):
            problem = "contains no certificates"
        raise RunError(
            f"{name}: {path!r}: {problem}; set it to a PEM file with certificate authorities, or "
            "unset it"
        ) from None
