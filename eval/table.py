"""The figures as a table in the terminal. Knows nothing about how they came about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from eval.summary import METRICS, Figure, Measured


def show(systems: Sequence[Measured], out: TextIO) -> None:
    """Print a row for each metric that was measured and a column for each system; "–" where one has no such figure."""
    from rich.console import Console
    from rich.table import Table

    table = Table("Metric", title=f"{len(systems[0].predictions)} questions, 95 % bootstrap intervals")
    for system in systems:
        table.add_column(system.name, justify="right", no_wrap=True)
    for metric in METRICS:
        figures = [system.figures.get(metric.name) for system in systems]
        if any(figures):
            table.add_row(metric.label, *map(cell, figures))
    # A pipe has no width: rich would guess 80 columns and cut figures off.
    Console(file=out, width=None if out.isatty() else 40 + 24 * len(systems)).print(table)


def cell(figure: Figure | None) -> str:
    """
    >>> cell(Figure(0.876, 0.8, 0.95, 40))
    '0.876 (0.800–0.950)'
    """
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})" if figure else "–"
