"""Files that change in one step, and those that a user names. Knows nothing about what is in them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import CorpusError, CorpusNotFound


@contextlib.contextmanager
def synced(path: Path) -> Iterator[Any]:
    """A new file of bytes, on the disk when the block ends."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def put(path: Path, text: str) -> None:
    """Write beside the file, under a hidden name, and rename: a reader sees the old text or the new, never half.

    Raises OSError.
    """
    new = path.with_name(f".{path.name}.part")
    with synced(new) as file:
        file.write(text.encode("utf-8"))
    new.replace(path)


def expect(path: Path) -> None:
    """Raises CorpusNotFound: it is not there, or a pipe, a device or the like. CorpusError: nobody may look."""
    try:
        if path.is_file() or path.is_dir():
            return
        there = path.exists()
    except OSError as error:
        raise CorpusError(f"{path} cannot be opened: {error.strerror}. Check its name, and who may read it.") from error
    if there:
        raise CorpusNotFound(f"{path} is neither a file nor a folder. Name a folder of articles, or one file.")
    raise CorpusNotFound(f"There is no file or folder {path}. Name a folder of articles, or one file.")
