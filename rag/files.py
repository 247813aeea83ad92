"""Files that change in one step. Knows nothing about what is in them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


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
