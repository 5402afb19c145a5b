from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tap_gong_stats.api.pages import IdExtractor, LazyItems, Page, deduplicate


def encode(*items: Any) -> list[msgspec.Raw]:
    return [msgspec.Raw(msgspec.json.encode(item)) for item in items]


def page(*ids: Any) -> Page:
    items = [{"id": item_id, "index": index} for index, item_id in enumerate(ids)]
    return Page(items, list(ids), envelope={}, cursor=None, total_records=None)


def test_lazy_items_decode_on_access_by_index_slice_and_iteration() -> None:
    items = LazyItems(encode({"id": "1"}, {"id": "2"}, {"id": "3"}))
    assert len(items) == 3
    assert items[1] == {"id": "2"}
    assert list(items[1:]) == [{"id": "2"}, {"id": "3"}]
    assert list(items) == [{"id": "1"}, {"id": "2"}, {"id": "3"}]


def test_lazy_items_with_an_item_that_is_not_an_object_raise_only_on_access() -> None:
    items = LazyItems(encode({"id": "1"}, 7))
    assert items[0] == {"id": "1"}
    with pytest.raises(msgspec.ValidationError):
        items[1]


def test_id_extractor_returns_ids_and_none_where_there_is_none() -> None:
    items = encode({"id": "1", "name": ["a"]}, {"id": 98765432109876543210}, {"id": None}, {})
    assert IdExtractor(["id"]).extract(items) == ["1", "98765432109876543210", None, None]


def test_id_extractor_with_a_path_follows_it() -> None:
    items = encode({"metaData": {"id": "1"}}, {"metaData": {}}, {})
    assert IdExtractor(["metaData", "id"]).extract(items) == ["1", None, None]


def test_ids_as_number_and_as_text_are_the_same() -> None:
    ids = IdExtractor(["id"]).extract(encode({"id": 7}, {"id": "7"}, {"id": 7.5}))
    assert deduplicate(page(*ids), set()).ids == ["7", 7.5]


@pytest.mark.parametrize("item", [7, [], {"id": ["1"]}, {"id": {"id": "1"}}, {"id": True}])
def test_id_extractor_with_a_malformed_item_raises_decode_error(item: object) -> None:
    with pytest.raises(msgspec.DecodeError):
        IdExtractor(["id"]).extract(encode(item))


def test_nulls_in_place_of_items_are_removed_and_counted() -> None:
    encoded = encode(None, {"id": "1"}, None, {"name": "a"})
    ids = IdExtractor(["id"]).extract(encoded)
    assert len({*ids}) == 4  # each counts, as Gong counts it
    received = Page(LazyItems(encoded), ids, envelope={}, cursor=None, total_records=4)
    seen_ids: set[Any] = set()
    cleaned = deduplicate(received, seen_ids)
    assert [*cleaned.items] == [{"id": "1"}, {"name": "a"}]
    assert (cleaned.ids, cleaned.null_items, seen_ids) == (["1", None], 2, {"1", None})


def test_deduplicate_without_duplicates_returns_the_same_page() -> None:
    seen_ids: set[Any] = {"0"}
    fresh = page("1", "2")
    assert deduplicate(fresh, seen_ids) is fresh
    assert seen_ids == {"0", "1", "2"}


def test_deduplicate_drops_seen_items_and_keeps_the_rest_of_the_page() -> None:
    seen_ids: set[Any] = {"1"}
    assert deduplicate(page("1", "2", "2", None, None), seen_ids) == Page(
        items=[{"id": "2", "index": 1}, {"id": None, "index": 3}],
        ids=["2", None],
        envelope={},
        cursor=None,
        total_records=None,
    )
    assert seen_ids == {"1", "2", None}
