"""The best of many scores. Knows nothing about what was scored."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.bool_]
"""Shape (n,): which of n things count."""


def best_rows(scores: npt.NDArray[Any], n: int, among: Rows | None = None) -> list[int]:
    """Rows of the `n` best scores, best first; of equal ones the lower row. Shape of `scores` and `among`: (rows,).

    >>> best_rows(np.array([0.2, 0.9, 0.2, 0.5]), 3)
    [1, 3, 0]
    >>> best_rows(np.array([0.2, 0.9, 0.2, 0.5]), 3, np.array([True, False, True, True]))
    [3, 0, 2]
    """
    rows = np.arange(len(scores)) if among is None else np.flatnonzero(among)
    counted = scores[rows]
    if n < len(rows):
        least = np.partition(counted, len(rows) - n)[len(rows) - n]
        rows = rows[counted >= least]
        counted = scores[rows]
    return [int(row) for row in rows[np.lexsort((rows, -counted))][:n]]
