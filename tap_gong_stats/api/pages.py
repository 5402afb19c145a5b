"""Pages of items, kept encoded until they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, overload

import msgspec
from typing_extensions import override

Item = dict[str, Any]
"""One element of a response's list, decoded and otherwise unchanged."""

decode_item: Callable[[msgspec.Raw], Item] = msgspec.json.Decoder(Item).decode


class LazyItems(Sequence[Item]):
    """Items that are decoded on every access.

    Prefetched pages wait as bytes: decoded they would take five times the memory, and every
    garbage collection would traverse them.

    Args:
        encoded_items: the JSON of each item, from a body that `repair_body` has returned.
    """

    def __init__(self, encoded_items: list[msgspec.Raw]) -> None:
        self._encoded_items = encoded_items

    @override
    def __len__(self) -> int:
        return len(self._encoded_items)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> LazyItems: ...
    @override
    def __getitem__(self, index: int | slice) -> Item | LazyItems:
        if isinstance(index, slice):
            return LazyItems(self._encoded_items[index])
        return decode_item(self._encoded_items[index])

    @override
    def __iter__(self) -> Iterator[Item]:
        return map(decode_item, self._encoded_items)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a response.

    Attributes:
        items: the items of the page.
        ids: the id of each item, None where there is none.
        envelope: the other fields of the response; None for those that are unknown or not text.
        cursor: the cursor of the next page; None on the last page.
        total_records: the number of items on all pages together, if the API sends it.
        size: the size of the response body, in bytes.
        replacements: the number of invalid characters in the body that were replaced.
        null_items: the number of nulls among the items that were removed.
        received_at: when the response arrived.
    """

    items: Sequence[Item]
    ids: list[Any]
    envelope: Mapping[str, Any]
    cursor: str | None
    total_records: int | None
    size: int = 0
    replacements: int = 0
    null_items: int = 0
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)


class NullItem(NamedTuple):
    """Stands in for the id of a null among the items: Gong counts it, but it has no content."""

    position: int


class IdExtractor:
    """Extracts the ids of encoded items without decoding anything else.

    Args:
        id_path: the path to the id, as in `("metaData", "id")`.
    """

    def __init__(self, id_path: Sequence[str]) -> None:
        kind: Any = str | int | float | None
        for name in reversed(id_path):
            kind = msgspec.defstruct("Path", [("value", kind, None)], rename={"value": name})
        self._decoder = msgspec.json.Decoder(kind | None)
        self._depth = len(id_path)

    def extract(self, encoded_items: Iterable[msgspec.Raw]) -> list[Any]:
        """Return the id of each item as text; None if it has none, a `NullItem` if it is null.

        Raises:
            msgspec.DecodeError: if an item is not an object, or an id is neither text nor a number.
        """
        return [self._extract_id(item, position) for position, item in enumerate(encoded_items)]

    def _extract_id(self, encoded_item: msgspec.Raw, position: int) -> object:
        value: Any = self._decoder.decode(encoded_item)
        if value is None:
            return NullItem(position)
        for _ in range(self._depth):
            value = value and value.value
        # The same id may arrive once as a number and once as text.
        return str(value) if isinstance(value, int) else value


def deduplicate(page: Page, seen_ids: set[Any]) -> Page:
    """Return the page without the items whose ids are in `seen_ids`, and add the other ids to it.

    Items without an id share the id None, so only the first of them is kept. Nulls are removed.
    """
    new_indexes = []
    null_items = 0
    for index, item_id in enumerate(page.ids):
        if type(item_id) is NullItem:
            null_items += 1
        elif item_id not in seen_ids:
            seen_ids.add(item_id)
            new_indexes.append(index)
    if len(new_indexes) == len(page.ids):
        return page
    return replace(
        page,
        items=[page.items[index] for index in new_indexes],
        ids=[page.ids[index] for index in new_indexes],
        null_items=null_items,
    )


EMPTY_PAGE = Page(items=[], ids=[], envelope={}, cursor=None, total_records=0)
