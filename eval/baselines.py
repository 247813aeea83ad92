"""The simpler systems that Footnote is compared with, each a change of its Config. Knows nothing about how they run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.config import Config

BASELINES: dict[str, dict[str, Any]] = {
    "no-articles": {"use_articles": False},
    "extractive": {"model": "none"},
    "dense": {"retrieval": "dense"},
    "keyword": {"retrieval": "keyword"},
    "unchecked": {"check": False},
}
"""Name -> what changes: the model from memory, the best sentences without a model, one kind of search, no checking."""

NEED_A_MODEL = ("no-articles", "unchecked")
"""Without a language model nobody would answer from memory, and there would be no draft to leave unchecked."""


def variants(config: Config, names: Iterable[str]) -> dict[str, Config]:
    """The Config of each baseline, without those that make no difference to `config` or cannot work with it.

    >>> list(variants(Config(model="none"), BASELINES))
    ['dense', 'keyword']
    """
    usable = [name for name in names if config.model != "none" or name not in NEED_A_MODEL]
    made = {name: replace(config, **BASELINES[name]) for name in usable}
    return {name: variant for name, variant in made.items() if variant != config}


def predictions_of(path: Path | None, name: str) -> Path | None:
    """Where a baseline writes its predictions: beside those of the run.

    >>> str(predictions_of(Path("out/p.jsonl"), "dense"))
    'out/p.dense.jsonl'
    """
    return path and path.with_name(f"{path.stem}.{name}{path.suffix}")
