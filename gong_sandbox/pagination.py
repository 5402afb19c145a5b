"""Pages of 100 and the cursors between them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, TypeVar

import msgspec

from gong_sandbox.responses import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Any

Item = TypeVar("Item")

_SIGNATURE_KEY = b"not a secret: it only tells apart what the sandbox wrote itself"


class Pages:
    """Cuts lists into pages.

    A cursor looks like Gong's, a JWT signed with HS256. It is good only for the request that
    it was given to, and for some time.

    Args:
        size: Items on a page.
        lifetime: Seconds for which a cursor is good.
        clock: Gives the current instant.
    """

    def __init__(self, size: int, lifetime: float, clock: Callable[[], datetime]) -> None:
        self._size = size
        self._lifetime = lifetime
        self._clock = clock

    def cut(
        self, items: Sequence[Item], cursor: str | None, asked: Sequence[object]
    ) -> tuple[Sequence[Item], dict[str, Any]]:
        """Give the page that the cursor stands for, and its `records`.

        Args:
            items: All items.
            cursor: From the page before; None or empty for the first page.
            asked: Everything about the request but its cursor.

        Raises:
            Refusal: 400 for a cursor that is not good for this request.
        """
        request = hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:16]
        number = self._read(cursor, request) if cursor else 0
        page = items[number * self._size : (number + 1) * self._size]
        records: dict[str, Any] = {
            "totalRecords": len(items),
            "currentPageSize": len(page),
            "currentPageNumber": number,
        }
        if (number + 1) * self._size < len(items):
            records["cursor"] = self._write(number + 1, len(items), request)
        return page, records

    def _write(self, number: int, total: int, request: str) -> str:
        payload = {
            "pageSize": self._size,
            "pageNumber": number,
            "totalRecords": total,
            "request": request,
            "exp": int(self._clock().timestamp() + self._lifetime),
        }
        signed = f"{_base64({'alg': 'HS256'})}.{_base64(payload)}"
        return f"{signed}.{_signature(signed)}"

    def _read(self, cursor: str, request: str) -> int:
        signed, _, signature = cursor.rpartition(".")
        if not hmac.compare_digest(signature.encode(), _signature(signed).encode()):
            raise Refusal(400, "cursor: not valid")
        payload = msgspec.json.decode(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
        if payload["request"] != request:
            raise Refusal(400, "cursor: does not belong to this request")
        if payload["exp"] <= self._clock().timestamp():
            raise Refusal(400, "cursor: expired")
        number: int = payload["pageNumber"]
        return number


def _base64(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(content)).decode().rstrip("=")


def _signature(signed: str) -> str:
    digest = hmac.digest(_SIGNATURE_KEY, signed.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
