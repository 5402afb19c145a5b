"""Whatever an item holds, its record validates against the schema or there is a ColumnError."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.api.json_decode import decode_json
from tap_gong_stats.records.converters import MAX_INTEGER, MIN_INTEGER, ColumnError
from tap_gong_stats.records.mapper import RecordMapper, camel_case
from tap_gong_stats.records.schemas import SCHEMAS
from tests.records.validation import leaves, stream_validator

if TYPE_CHECKING:
    from collections.abc import Mapping

STREAMS = sorted(path.stem for path in (Path(__file__).parents[2] / "schemas").glob("*.json"))

TEXTS = (
    *("", " ", "x", "😀", "\0", "a\0b", "\ud83d", "\ude00", "\\u0000", "\\ud83d"),
    *("5", "-7", "007", "1.5", "1e5", "1e999", "nan", "-inf", "٢", "1_0", "9" * 19, "9" * 5000),
    *("2026-03-02", "2026-02-30", "2026-03-02T10:00:00Z", "2026-02-30T10:00:00Z"),
    *("2026-03-02T10:00:00.123456789+01:00", "2026-03-02T24:00:00Z", "2026-03-02T10:00:00"),
    *("2026-03-02T10:00:00+24:00", "2026-03-02T10:00Z", "٢026-03-02T10:00:00Z", "T000:00:00"),
)
INTEGERS = (0, 1, -1, 2**31, 2**53 + 1, MAX_INTEGER, MIN_INTEGER, 2**63, 2**64, 10**30, -(10**30))
FLOATS = (0.0, -0.0, 0.5, 3.0, 1e17, 1e19, 1e300, -1e300, 5e-324)


def unusual_value(rng: random.Random, depth: int = 0) -> Any:
    """Return any JSON value, which may contain objects with the names of columns."""
    kind = rng.randrange(7 if depth < 3 else 4)
    if kind < 4:
        return rng.choice((TEXTS, INTEGERS, FLOATS, (None, True, False))[kind])
    if kind == 4:
        keys = rng.choices(("name", "value", "id", "language", "new", *TEXTS), k=rng.randrange(4))
        return {key: unusual_value(rng, depth + 1) for key in keys}
    return [unusual_value(rng, depth + 1) for _ in range(rng.randrange(4))]


def value_for(schema: Mapping[str, Any], rng: random.Random, unusual_share: float) -> Any:
    """Return a value for a column, which with the probability `unusual_share` is any value."""
    if rng.random() < unusual_share:
        return unusual_value(rng)
    types = schema["type"]
    kind = types if isinstance(types, str) else rng.choice(types)
    if kind == "array":
        return [value_for(schema["items"], rng, unusual_share) for _ in range(rng.randrange(3))]
    if kind == "object":
        properties = schema.get("properties") or dict.fromkeys(
            rng.choices(TEXTS, k=2), schema["additionalProperties"]
        )
        return {
            camel_case(name): value_for(properties[name], rng, unusual_share) for name in properties
        }
    if schema.get("format") == "date":
        return "2026-03-02"
    pools: dict[str, tuple[Any, ...]] = {
        "string": TEXTS if "format" in schema else (*TEXTS, *INTEGERS),
        "integer": (*INTEGERS[:7], 3.0, "12"),
        "number": (*INTEGERS[:7], *FLOATS, "12", "0.5"),
        "boolean": (True, False),
        "null": (None,),
    }
    return rng.choice(pools[kind])


def check_random_items(stream: str, count: int) -> None:
    """Map random items of a stream and check each record."""
    properties = SCHEMAS.get_schema(stream)["properties"]
    validator = stream_validator(stream)
    mapper = RecordMapper(properties)
    rng = random.Random(stream)
    errors: list[str] = []
    for number in range(count):
        # From unusual values only to few of them, so that errors and records balance.
        unusual_share = 1 / (number % (3 * len(properties)) + 1)
        item = {
            camel_case(column): value_for(schema, rng, unusual_share)
            for column, schema in properties.items()
            if schema["type"] == "string" or rng.random() < 0.7
        }
        try:
            record = mapper.map(decode_json(json.dumps(item).encode()))
        except ColumnError as error:
            errors.append(str(error))
            continue
        validator.validate(record)
        assert record.keys() == properties.keys()
        check_leaves(record)
    assert {re.sub(r"column (\w+).*", r"\1", error) for error in errors} <= properties.keys()
    assert count / 10 < len(errors) < count * 9 / 10


def check_leaves(record: Any) -> None:
    """Check what a JSON schema does not express."""
    for leaf in leaves(record):
        if isinstance(leaf, str):
            assert "\0" not in leaf
            leaf.encode()  # no surrogates
        elif type(leaf) is int:
            assert MIN_INTEGER <= leaf <= MAX_INTEGER


@pytest.mark.parametrize("stream", STREAMS)
def test_record_mapper_with_random_items_emits_valid_records_or_raises(stream: str) -> None:
    check_random_items(stream, count=500)


@pytest.mark.soak
@pytest.mark.parametrize("stream", STREAMS)
def test_record_mapper_with_many_random_items_emits_valid_records_or_raises(stream: str) -> None:
    check_random_items(stream, count=20_000)
