"""Pages of items, as they wait for their delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import msgspec
from typing_extensions import override

Item = dict[str, Any]
"""One element of an answer's list, as it was sent."""


class EncodedItems(Sequence[Item]):
    """Items that are decoded when somebody looks at them.

    Pages wait for their turn as bytes: decoded they would take five times the memory, and the
    garbage collector would go through them again and again.
    """

    def __init__(self, encoded: list[msgspec.Raw]) -> None:
        self._encoded = encoded

    @override
    def __len__(self) -> int:
        return len(self._encoded)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> EncodedItems: ...
    @override
    def __getitem__(self, index: int | slice) -> Item | EncodedItems:
        if isinstance(index, slice):
            return EncodedItems(self._encoded[index])
        return decode_item(self._encoded[index])

    @override
    def __iter__(self) -> Iterator[Item]:
        return map(decode_item, self._encoded)


decode_item: Callable[[msgspec.Raw], Item] = msgspec.json.Decoder(Item).decode


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of so many bytes: a page of items with their ids, and what stands around them."""

    items: Sequence[Item]
    ids: list[Any]
    envelope: Mapping[str, Any]
    cursor: str | None
    total_records: int | None
    size: int = 0


class ItemIds:
    """Reads the ids of encoded items, and passes over the rest.

    Args:
        item_id: the field by which an item is known, or a field of a field.
    """

    def __init__(self, item_id: Sequence[str]) -> None:
        kind: Any = str | int | float | None
        for field in reversed(item_id):
            kind = msgspec.defstruct("Path", [("value", kind, None)], rename={"value": field})
        self._decoder = msgspec.json.Decoder(kind)
        self._depth = len(item_id)

    def of(self, items: Iterable[msgspec.Raw]) -> list[Any]:
        """Return the ids, None where there is none.

        Raises:
            msgspec.DecodeError: for an item that is no object, or an id that is neither text nor a
                number.
        """
        return [self._id_of(item) for item in items]

    def _id_of(self, item: msgspec.Raw) -> object:
        value: Any = self._decoder.decode(item)
        for _ in range(self._depth):
            value = value and value.value
        return value


def unseen(page: Page, seen: set[Any]) -> Page:
    """Return the page without the items whose ids were `seen`, and remember the others."""
    fresh = []
    for number, key in enumerate(page.ids):
        if key not in seen:
            seen.add(key)
            fresh.append(number)
    if len(fresh) == len(page.ids):
        return page
    items = [page.items[number] for number in fresh]
    return replace(page, items=items, ids=[page.ids[number] for number in fresh])
