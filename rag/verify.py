"""Are these the bytes that the catalogue promises? Knows nothing about where files come from.

Hashing 1.1 GB at every start would cost seconds, so a check that passed is remembered in a small file beside the model
(`<model>.verified`: size, modification time and hash of each file) and repeated only when one of the three differs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rag.catalogue import File
from rag.errors import HashMismatch

Progress = Callable[[int, int, str], None]
"""Called as `progress(done_bytes, total_bytes, label)`."""

_CHUNK = 1 << 20


def check(folder: Path, files: Sequence[File], progress: Progress | None = None, label: str = "") -> None:
    """Compare size and SHA-256 of every file in `folder`.

    Raises:
        HashMismatch: a file is missing, or its bytes are others; names what was expected and seen.
    """
    total = sum(file.bytes for file in files)
    done = 0
    for file in files:
        path = folder / file.name
        size = path.stat().st_size if path.is_file() else -1
        if size != file.bytes:
            seen = "no such file" if size < 0 else f"{size} bytes"
            raise HashMismatch(f"{path.name}: expected {file.bytes} bytes, seen {seen}.")
        digest = hashlib.sha256()
        for block in _blocks(path):
            digest.update(block)
            done += len(block)
            if progress:
                progress(done, total, label)
        if file.sha256 and digest.hexdigest() != file.sha256:
            raise HashMismatch(f"{path.name}: expected SHA-256 {file.sha256}, seen {digest.hexdigest()}.")


def remember(folder: Path, files: Sequence[File], memory: Path) -> None:
    """Write down that `check` passed. A folder that cannot be written is no failure: the next start hashes again."""
    with contextlib.suppress(OSError):
        beside = memory.with_name(f"{memory.name}.{os.getpid()}")
        beside.write_text(json.dumps({file.name: _mark(folder, file) for file in files}, indent=1), encoding="utf-8")
        beside.replace(memory)


def remembered(folder: Path, files: Sequence[File], memory: Path) -> bool:
    """Whether `check` passed for these files and none has changed since. Reads no model byte."""
    try:
        marks = json.loads(memory.read_text(encoding="utf-8"))
        return all(marks.get(file.name) == _mark(folder, file) for file in files)
    except (OSError, ValueError, AttributeError):
        return False


def _mark(folder: Path, file: File) -> list[int | str]:
    status = (folder / file.name).stat()
    return [status.st_size, status.st_mtime_ns, file.sha256]


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_CHUNK):
            yield block
