"""How llama.cpp runs best on this machine: found by trying, once, and remembered.

Knows nothing about llama.cpp: how long a setting takes is told by a function. What was found holds for one model file
on one processor under one release; anywhere else the defaults do.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.files import put
from rag.machine import cores, load, processor, release

READ, WRITTEN = 330, 40
"""Tokens that a trial evaluates and writes: in the proportion of a short answer."""
GAIN = 0.97
"""A setting is taken for another when it needs less than this share of the seconds: less is noise."""
FEWER = 0.9
"""The same for a setting with fewer threads: where something else uses the cores, fewer threads wait less for them, and
win only as long as it runs."""
BUSY = 0.25
"""Load, as a share of the cores, from which on a computer does something else besides."""
BLOCKS = (64, 128, 256, 512)
FILE = "tuning.json"


@dataclass(frozen=True, slots=True)
class Tuning:
    """Settings of llama.cpp that change speed: threads, tokens evaluated in one call, flash attention."""

    threads: int
    block: int = 128
    flash_attention: bool = True

    def __str__(self) -> str:
        attention = "on" if self.flash_attention else "off"
        return f"{self.threads} threads, blocks of {self.block}, flash attention {attention}"


@dataclass(frozen=True, slots=True)
class Trial:
    """A setting, and the seconds that READ tokens in and WRITTEN tokens out took; infinite where it cannot run."""

    tuning: Tuning
    seconds: float


def default() -> Tuning:
    return Tuning(cores())


def best(start: Tuning, most_threads: int, seconds: Callable[[Tuning], float], tell: Callable[[Trial], None]) -> Trial:
    """The fastest of the settings that are reached by changing one thing at a time, from `start` on.

    `tell` hears of each trial as it ends. Raises ModelError: `start` itself cannot run.
    """
    found = Trial(start, seconds(start))
    tell(found)
    for others in (_threads(most_threads), _blocks, _attention):
        for tuning in others(found.tuning):
            trial = Trial(tuning, math.inf)
            with contextlib.suppress(ModelError):  # a build or a model may lack what is tried
                trial = Trial(tuning, seconds(tuning))
            tell(trial)
            share = FEWER if tuning.threads < found.tuning.threads else GAIN
            if trial.seconds < share * found.seconds:
                # The computer may have been busy while the best so far was tried: it is given a second chance.
                found = Trial(found.tuning, min(found.seconds, seconds(found.tuning)))
            if trial.seconds < share * found.seconds:
                found = trial
    return found


def busy() -> str:
    """In words, that something else uses the processor, which makes the figures of trials misleading; "" if not."""
    used = load()
    if used is None or used < BUSY * cores():
        return ""
    return (
        f"This computer is busy (a load of {used:.1f} on {cores()} cores). Figures of a busy computer mislead: let it "
        "come to rest and run this again."
    )


def _threads(most: int) -> Callable[[Tuning], Iterator[Tuning]]:
    def fewer(tuning: Tuning) -> Iterator[Tuning]:
        for threads in dict.fromkeys((most, max(1, 3 * most // 4), max(1, most // 2))):
            if threads != tuning.threads:
                yield replace(tuning, threads=threads)

    return fewer


def _blocks(tuning: Tuning) -> Iterator[Tuning]:
    return (replace(tuning, block=block) for block in BLOCKS if block != tuning.block)


def _attention(tuning: Tuning) -> Iterator[Tuning]:
    yield replace(tuning, flash_attention=not tuning.flash_attention)


# --- what is remembered -----------------------------------------------------------------------------------------------


def remember(home: Path, model: Path, tuning: Tuning) -> None:
    """Raises OSError: the folder cannot be written."""
    home.mkdir(parents=True, exist_ok=True)
    known = _read(home) | {_key(model): asdict(tuning)}
    put(home / FILE, json.dumps(known, indent=2) + "\n")


def remembered(home: Path, model: Path) -> Tuning:
    """What was found for this model on this machine, or the default."""
    try:
        fields = _read(home)[_key(model)]
        found = Tuning(int(fields["threads"]), int(fields["block"]), bool(fields["flash_attention"]))
    except (KeyError, TypeError, ValueError):
        return default()
    return found if 0 < found.threads <= cores() and found.block in BLOCKS else default()


def _read(home: Path) -> dict[str, Any]:
    """Whatever is wrong with the file costs what it remembers, no more."""
    try:
        found = json.loads((home / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _key(model: Path) -> str:
    size, llama = model.stat().st_size, release("llama-cpp-python")
    return f"{model.name}, {size} bytes, {processor()}, {cores()} cores, llama-cpp-python {llama}"
