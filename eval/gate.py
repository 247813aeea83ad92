"""Holds a run against the lines of eval/gate.toml. Knows nothing about how the figures came about."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from eval.summary import METRICS, Figure
from rag.errors import UsageError

GATE = Path(__file__).resolve().parent / "gate.toml"

Lines = dict[str, dict[str, float]]
"""{"minimum": {metric: line}, "maximum": {metric: line}}"""


def read(path: Path = GATE) -> Lines:
    """Raises UsageError for a file that is not TOML, or that names a table or a metric that doesn't exist."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"The gate in {path} cannot be read: {error}.") from error
    names = {metric.name for metric in METRICS}
    for table, lines in tables.items():
        unknown = sorted(set(lines) - names)
        if table not in ("minimum", "maximum") or unknown:
            raise UsageError(
                f"{path} holds [{table}] {unknown}; it may hold [minimum] and [maximum] of {sorted(names)}."
            )
    return tables


def failures(figures: Mapping[str, Figure], lines: Lines) -> list[str]:
    """One sentence for each figure on the wrong side of its line. A figure that was not measured is on the wrong side:
    a gate that looks at nothing must not be open.

    >>> failures({"refused": Figure(0.7, 0.6, 0.8, 30)}, {"minimum": {"refused": 0.8}})
    ['refused is 0.700, below 0.8']
    """
    found = []
    for name, line in lines.get("minimum", {}).items():
        if name not in figures:
            found.append(f"{name} was not measured, and must be at least {line}")
        elif figures[name].value < line:
            found.append(f"{name} is {figures[name].value:.3f}, below {line}")
    for name, line in lines.get("maximum", {}).items():
        if name not in figures:
            found.append(f"{name} was not measured, and must be at most {line}")
        elif figures[name].value > line:
            found.append(f"{name} is {figures[name].value:.3f}, above {line}")
    return found
