from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from benchmarks.results import Bar, Metric, Result, as_chart, as_table, as_text


@pytest.mark.parametrize(
    ("metric", "within_bounds", "bounds"),
    [
        (Metric("m", 2), True, ""),
        (Metric("m", 2, at_most=2), True, "≤ 2"),
        (Metric("m", 2.01, at_most=2), False, "≤ 2"),
        (Metric("m", 5, at_least=5), True, "≥ 5"),
        (Metric("m", 4.99, at_least=5), False, "≥ 5"),
        (Metric("m", 1, exactly=1), True, "= 1"),
        (Metric("m", 1.001, exactly=1), False, "= 1"),
    ],
)
def test_metric_bounds_are_inclusive(metric: Metric, bounds: str, *, within_bounds: bool) -> None:
    assert metric.within_bounds == within_bounds
    assert metric.bounds_text == bounds


def test_results_appear_in_text_table_and_chart() -> None:
    result = Result(
        "Rows of `a` & b",
        [Metric("ratio", 1.234, at_most=1, digits=1), Metric("rows", 1234, digits=0)],
        [Bar("tap", 10, "10 rows"), Bar("other", 5, "5 rows", is_tap=False)],
    )
    assert as_text(result) == "    ✗ ratio: 1.2 ≤ 1\n    ✓ rows: 1,234"
    assert as_table([result]).splitlines()[2:] == [
        "| metric | measured | bound | |",
        "|---|--:|--:|---|",
        "| **Rows of `a` & b** | | | |",
        "| ratio | 1.2 | ≤ 1 | ✗ |",
        "| rows | 1,234 |  |  |",
    ]
    chart = ET.fromstring(as_chart([result]))  # noqa: S314 - our own output
    bars = chart.findall("{http://www.w3.org/2000/svg}rect")
    assert [(bar.get("class"), bar.get("width")) for bar in bars] == [
        ("tap", "380"),
        ("baseline", "190"),
    ]
