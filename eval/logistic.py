"""Ridge logistic regression. Knows nothing about what is fitted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RIDGE = 1.0
"""Penalty on the squared weights, in units of rows."""


def ridge(x: Floats, y: Floats, weight: Floats) -> tuple[float, Floats]:
    """Bias and weights (k,) for rows (n, k), labels (n,) of 0 and 1 and a weight for each row, by iteratively
    reweighted least squares."""
    design = np.hstack([np.ones((len(x), 1)), x])
    theta = np.zeros(design.shape[1])
    penalty = np.diag([0.0] + [RIDGE] * x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ theta, -30, 30)))
        gradient = design.T @ (weight * (y - p)) - penalty @ theta
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + penalty + 1e-6 * np.eye(len(theta))
        step = np.linalg.solve(hessian, gradient)
        theta += step
        if np.abs(step).max() < 1e-8:
            break
    return float(theta[0]), theta[1:]


def predict(bias: float, weights: Floats, x: Floats) -> Floats:
    """Probabilities (n,) of rows (n, k)."""
    result: Floats = 1 / (1 + np.exp(-np.clip(bias + x @ weights, -30, 30)))
    return result
