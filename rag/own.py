"""What a user adds to a library beside its folder of articles, and what is hidden from it: files in the index folder.

    added/         copies of the files that were added, and texts that were pasted
    folders.json   folders that are read too, each time
    hidden.json    ids of articles that are left out, wherever they come from

Knows nothing about passages, vectors or searching.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import unicodedata
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from rag.articles import Skipped, Worker, read_each
from rag.errors import StoreError
from rag.files import put
from rag.types import Article

MAX_BYTES = 200_000_000
"""Largest file that is copied into a library; larger ones belong into a folder that is read where it is."""
NAME_BYTES = 150
"""Bytes of a copied file's name: file systems take 255."""


ADDED, IMPORTED = "added", "imported"
"""Folders inside the index folder: the first holds files; the second never does, but is where the files of an imported
library count as standing."""


class Own:
    """The user's own additions to the index in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.added = folder / ADDED
        self.imported = folder / IMPORTED
        self._folders = folder / "folders.json"
        self._hidden = folder / "hidden.json"

    def folders(self) -> list[Path]:
        return [Path(name) for name in _read_names(self._folders)]

    def hidden(self) -> frozenset[str]:
        return frozenset(_read_names(self._hidden))

    def hide(self, ids: Iterable[str]) -> None:
        _write_names(self._hidden, sorted(self.hidden().union(ids)))

    def show(self, ids: Iterable[str]) -> None:
        hidden = self.hidden()
        left = hidden.difference(ids)
        if left != hidden:
            _write_names(self._hidden, sorted(left))

    def follow(self, folder: Path) -> None:
        _write_names(self._folders, [str(known) for known in dict.fromkeys([*self.folders(), folder])])

    def forget(self, folder: Path) -> None:
        _write_names(self._folders, [str(known) for known in self.folders() if known != folder])

    def copy(self, file: Path) -> Path:
        """A copy of the file among the added ones, under a name that is free. Raises OSError."""
        place = self._free(file.name)
        part = place.with_name(f".{place.name}.part")  # hidden: half a file is never read
        try:
            shutil.copyfile(file, part)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
        return place

    def write(self, text: str, title: str | None, publisher: str | None, published: date | None) -> Path:
        """A file that holds this one article. Raises StoreError."""
        day = published.isoformat() if published else None
        line = json.dumps({"title": title, "text": text, "publisher": publisher, "published": day})
        place = self.added / f"text-{hashlib.sha256(line.encode()).hexdigest()[:12]}.jsonl"
        _write(place, line + "\n")
        return place

    def _free(self, name: str) -> Path:
        """A place that no other file has, named as nearly like `name` as a hidden or outlandish name allows."""
        self.added.mkdir(parents=True, exist_ok=True)
        plain = "".join("_" if unicodedata.category(c)[0] == "C" or c in "/\\" else c for c in name).lstrip(". ")
        stem, dot, ending = plain.rpartition(".")
        stem, ending = (stem, dot + ending) if stem and len(ending) <= 10 else (plain, "")
        stem = stem.encode()[:NAME_BYTES].decode(errors="ignore") or "article"
        place, number = self.added / f"{stem}{ending}", 2
        while place.exists():
            place, number = self.added / f"{stem}-{number}{ending}", number + 1
        return place


def why_not(file: Path) -> str | None:
    """Why a file cannot be taken in, or None."""
    try:
        if not file.exists():
            return "there is no such file or folder"
        if not file.is_file():
            return "it is neither a file nor a folder"
        size = file.stat().st_size
        if size > MAX_BYTES:
            return f"it has {size / 1e6:,.0f} MB, and {MAX_BYTES / 1e6:,.0f} are the most; add the folder that it is in"
        os.close(os.open(file, os.O_RDONLY))
    except OSError as error:
        return f"it cannot be opened: {error.strerror}"
    return None


def contents(file: Path) -> tuple[list[Article], list[Skipped]]:
    """The articles of a file, and what of it cannot be read."""
    with Worker() as worker:
        items = list(read_each(file, worker))
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Skipped)]


def _read_names(path: Path) -> list[str]:
    """A list of texts. Raises StoreError: guessing here would bring back what was hidden, or drop what was added."""
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return names
        raise ValueError("it is no list of texts")
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read: {error}. Correct it, or delete it to start without it.") from error


def _write_names(path: Path, names: Iterable[str]) -> None:
    _write(path, json.dumps([*names], indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    """Raises StoreError: the disk is full or read-only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, text)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}. Free some space and try again.") from error
