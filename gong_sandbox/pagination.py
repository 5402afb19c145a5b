"""Pages of items, and the cursors that lead from one to the next."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, TypeVar

import msgspec

from gong_sandbox.responses import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Any

Item = TypeVar("Item")

_SIGNATURE_KEY = b"not a secret: it only tells apart what the sandbox wrote itself"


class Paginator:
    """Splits lists into pages.

    A cursor looks like one of Gong's: a JWT signed with HS256. It is valid only for the request
    that returned it, and for a limited time.

    Args:
        page_size: Items per page.
        cursor_lifetime: Seconds until a cursor expires.
        clock: Returns the current instant.
    """

    def __init__(
        self, page_size: int, cursor_lifetime: float, clock: Callable[[], datetime]
    ) -> None:
        self._page_size = page_size
        self._cursor_lifetime = cursor_lifetime
        self._clock = clock

    def paginate(
        self, items: Sequence[Item], cursor: str | None, request: Sequence[object]
    ) -> tuple[Sequence[Item], dict[str, Any]]:
        """Return the page that a cursor points to, and its `records`.

        Args:
            items: The items of all pages.
            cursor: Cursor of the previous page; None or empty for the first page.
            request: Path and parameters of the request, without the cursor.

        Raises:
            ApiError: 400 if the cursor is not valid for this request.
        """
        digest = hashlib.sha256(msgspec.json.encode(request)).hexdigest()[:16]
        number = self._decode(cursor, digest) if cursor else 0
        page = items[number * self._page_size : (number + 1) * self._page_size]
        records: dict[str, Any] = {
            "totalRecords": len(items),
            "currentPageSize": len(page),
            "currentPageNumber": number,
        }
        if (number + 1) * self._page_size < len(items):
            records["cursor"] = self._encode(number + 1, len(items), digest)
        return page, records

    def _encode(self, number: int, total: int, digest: str) -> str:
        payload = {
            "pageSize": self._page_size,
            "pageNumber": number,
            "totalRecords": total,
            "request": digest,
            "exp": int(self._clock().timestamp() + self._cursor_lifetime),
        }
        signed = f"{_base64({'alg': 'HS256'})}.{_base64(payload)}"
        return f"{signed}.{_signature(signed)}"

    def _decode(self, cursor: str, digest: str) -> int:
        signed, _, signature = cursor.rpartition(".")
        if not hmac.compare_digest(signature.encode(), _signature(signed).encode()):
            raise ApiError(400, "cursor: not valid")
        payload = msgspec.json.decode(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
        if payload["request"] != digest:
            raise ApiError(400, "cursor: does not belong to this request")
        if payload["exp"] <= self._clock().timestamp():
            raise ApiError(400, "cursor: expired")
        number: int = payload["pageNumber"]
        return number


def _base64(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(content)).decode().rstrip("=")


def _signature(signed: str) -> str:
    digest = hmac.digest(_SIGNATURE_KEY, signed.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
