"""Files of another shape than expected: reported in one line that names them."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers import catalog

if TYPE_CHECKING:
    from tests.edge_values.tap_command import Tap

CATALOGS: list[tuple[object, str]] = [
    ({"streams": None}, "streams is not a list"),
    ({"streams": {}}, "streams is not a list"),
    ({"streams": [5]}, "stream 1 does not have the form"),
    ({"streams": [{}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": []}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": "users", "stream": "x"}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": "users", "schema": 5}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": "users", "metadata": 5}]}, "stream 1 does not have the form"),
    ({"streams": [{"tap_stream_id": "users"}, {"x": 1}]}, "stream 2 does not have the form"),
]


@pytest.mark.parametrize(("malformed", "message"), CATALOGS)
def test_a_catalog_of_another_shape_is_reported_in_one_line(
    tap: Tap, config: dict[str, Any], malformed: object, message: str
) -> None:
    result = tap(config, catalog=malformed)
    assert result.code == 2
    (error,) = result.errors
    assert error.startswith("Error: Invalid value for '--catalog': ")
    assert f": {message}" in error


def changed(rng: Random, value: Any, depth: int) -> Any:
    """Return a copy in which something at most `depth` levels down is malformed."""
    children = list(value) if isinstance(value, dict) else [*range(len(value))]
    child = rng.choice(children)
    copy = deepcopy(value)
    if depth and isinstance(value[child], dict | list) and value[child]:
        copy[child] = changed(rng, value[child], depth - 1)
    else:
        copy[child] = rng.choice([None, 5, "x", "", [], {}, [5], {"x": 5}, True, [["x"]]])
    return copy


@pytest.mark.parametrize("seed", range(30))
def test_a_catalog_with_a_malformed_value_ends_without_a_traceback(
    tap: Tap, config: dict[str, Any], seed: int
) -> None:
    rng = Random(seed)
    streams = [entry for entry in catalog() if entry["stream"] in {"users", "daily_activity"}]
    malformed = changed(rng, {"streams": streams}, rng.randrange(1, 8))
    result = tap({**config, "max_api_calls": 3}, catalog=malformed)
    assert (result.code == 0) == (not result.errors)


@pytest.mark.parametrize("option", ["config", "state", "catalog"])
def test_a_file_of_deeply_nested_lists_is_named(
    tap: Tap, config: dict[str, Any], option: str
) -> None:
    file = tap.folder / "deep.json"
    file.write_text("[" * 100_000)
    result = tap(None if option == "config" else config, f"--{option}", str(file))
    assert result.code == 2
    (error,) = result.errors
    assert error.endswith(f"'--{option}': {file} does not hold a JSON object")


@pytest.mark.parametrize("option", ["state", "catalog"])
@pytest.mark.parametrize("value", ["Infinity", "NaN", r'"\ud800"'])
def test_a_file_that_only_python_takes_for_json_is_named(
    tap: Tap, config: dict[str, Any], option: str, value: str
) -> None:
    file = tap.folder / "wrong.json"
    file.write_text(f'{{"bookmarks": {{"users": {{"x": {value}}}}}, "streams": []}}')
    result = tap(config, f"--{option}", str(file))
    assert result.code == 2
    (error,) = result.errors
    assert error.endswith(f"'--{option}': {file} does not hold a JSON object")
