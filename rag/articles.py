"""The files of a folder, and what each gives. What cannot be read is named.

Knows nothing about file formats (`rag.readers` does), nor about what other files give (`rag.reading` does).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from rag.documents import Skipped
from rag.errors import CorpusError
from rag.files import expect
from rag.readers.formats import HEAD_BYTES, is_plain
from rag.types import Article
from rag.worker import Note, Worker, read_file

__all__ = ["RULES", "Note", "Skipped", "Worker", "list_files", "read_each"]

RULES = 3
"""Raised whenever the same file would give another article, or one that is compared with others in another way: what
was read before is then out of date."""


PLAIN_BYTES = 32 * 2**20
"""A larger text takes gigabytes of memory and minutes: that is for a process that can be ended."""


def list_files(path: str | Path) -> list[Path]:
    """The files of a corpus in a fixed order: hidden ones left out, links followed, each folder once.

    A folder in it that cannot be listed stands there itself: opening it says why, as it does of a file.

    Raises:
        CorpusError: there is no such file or folder, or it may not be read.
    """
    root = Path(path)
    expect(root)
    if root.is_file():
        return [root]
    try:
        os.scandir(root).close()
    except OSError as error:
        raise CorpusError(f"The folder {root} cannot be opened: {error.strerror}. Check who may read it.") from error
    files: list[Path] = []
    closed: list[Path] = []
    seen: set[str] = set()
    for folder, inner, names in os.walk(root, followlinks=True, onerror=lambda e: closed.append(Path(e.filename))):
        real = os.path.realpath(folder)
        inner[:] = [] if real in seen else sorted(name for name in inner if not _left_out(name, names))
        if real not in seen:
            files += [Path(folder, name) for name in names if not name.startswith(".")]
        seen.add(real)
    there = [file for file in files if _may_be_read(file)]
    return sorted([*there, *closed], key=lambda file: file.parts)  # the order that paths have, three times as fast


def _may_be_read(file: Path) -> bool:
    """No pipe or device, which would never end. Where nobody may look, opening it will say so."""
    try:
        return file.is_file()
    except OSError:
        return True


def _left_out(folder: str, beside: list[str]) -> bool:
    """A hidden folder, or the "Bridge_files" that a browser writes beside "Bridge.html"."""
    page = folder.removesuffix("_files")
    return folder.startswith(".") or (page != folder and any(f"{page}{end}" in beside for end in (".html", ".htm")))


def read_each(file: Path, worker: Worker) -> Iterator[Article | Skipped | Note]:
    """What one file gives. Plain text is read here, all that a library reads, and what is large, by `worker`."""
    try:
        if file.is_dir():  # that could not be listed: it says why
            os.scandir(file).close()
        with file.open("rb") as stream:
            plain = is_plain(stream.read(HEAD_BYTES), file.name) and os.fstat(stream.fileno()).st_size <= PLAIN_BYTES
    except OSError as error:
        yield Skipped(str(file), f"it cannot be opened: {error.strerror or error}")
        return
    yield from (item for item in (read_file(file) if plain else worker.read(file)) if item is not None)
