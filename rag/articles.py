"""A folder of files to articles. What cannot be read is named and skipped, as long as something can be read.

Knows nothing about file formats (`rag.readers` does), passages or the index.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.documents import Skipped
from rag.errors import CorpusError
from rag.readers.formats import HEAD_BYTES, KINDS, is_plain
from rag.types import Article
from rag.worker import Note, Worker, read_file

__all__ = ["RULES", "Note", "Reading", "Skipped", "Worker", "list_files", "read_corpus", "read_each"]

RULES = 2
"""Raised whenever the same file would give another article: what was read before is then out of date."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a corpus gave: its articles in the order of the files, what was skipped, and what was read with a guess."""

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Skipped, ...] = ()


def read_corpus(path: str | Path, progress: Callable[[int, int], None] | None = None) -> Reading:
    """All articles of a folder (with the folders in it) or of one file.

    The same content twice is one article. `progress` is called with bytes read and bytes in all.

    Raises:
        CorpusError: nothing there, or nothing of it can be read.
    """
    files = list_files(path)
    sizes = [_size(file) for file in files]
    found: dict[str, Article] = {}
    skipped: list[Skipped] = []
    notes: list[Skipped] = []
    done = 0
    total = sum(sizes)
    with Worker() as worker:
        for file, size in zip(files, sizes, strict=True):
            for item in read_each(file, worker):
                twin = found.get(item.id) if isinstance(item, Article) else None
                if isinstance(item, Skipped):
                    skipped.append(item)
                elif isinstance(item, tuple):
                    notes.append(Skipped(*item))
                elif twin is None:
                    found[item.id] = item
                elif twin.text != item.text:
                    skipped.append(Skipped(item.source, f"its id {item.id!r} belongs to another article already"))
            done += size
            if progress:
                progress(done, total)
    if not found:
        raise CorpusError(_nothing(Path(path), files, skipped))
    return Reading(tuple(found.values()), tuple(skipped), tuple(notes))


def list_files(path: str | Path) -> list[Path]:
    """The files of a corpus in a fixed order: hidden ones left out, links followed, each folder once.

    Raises:
        CorpusError: there is no such file or folder, or it may not be read.
    """
    root = Path(path)
    if root.is_file():
        return [root]
    if not root.is_dir():
        raise CorpusError(f"There is no file or folder {root}. Name a folder of articles, or one file.")
    try:
        os.scandir(root).close()
    except OSError as error:
        raise CorpusError(f"The folder {root} cannot be opened: {error.strerror}. Check who may read it.") from error
    files: list[Path] = []
    seen: set[str] = set()
    for folder, inner, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        inner[:] = [] if real in seen else sorted(name for name in inner if not _left_out(name, names))
        if real not in seen:
            files += [Path(folder, name) for name in names if not name.startswith(".")]
        seen.add(real)
    return sorted(file for file in files if file.is_file())  # is_file: no pipes or devices, which would never end


def _left_out(folder: str, beside: list[str]) -> bool:
    """A hidden folder, or the "Bridge_files" that a browser writes beside "Bridge.html"."""
    page = folder.removesuffix("_files")
    return folder.startswith(".") or (page != folder and any(f"{page}{end}" in beside for end in (".html", ".htm")))


def read_each(file: Path, worker: Worker) -> Iterator[Article | Skipped | Note]:
    """What one file gives. Plain text is read here, all that a library reads by `worker`."""
    try:
        with file.open("rb") as stream:
            plain = is_plain(stream.read(HEAD_BYTES), file.name)
    except OSError as error:
        yield Skipped(str(file), f"it cannot be opened: {error.strerror or error}")
        return
    yield from (item for item in (read_file(file) if plain else worker.read(file)) if item is not None)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _nothing(path: Path, files: list[Path], skipped: list[Skipped]) -> str:
    """Why a corpus gave no article, and what to do."""
    formats = f"Footnote reads {KINDS}."
    if not files:
        return f"The folder {path} is empty. Put articles into it, or name another. {formats}"
    reasons = "; ".join(f"{item.source}: {item.reason}" for item in skipped[:3])
    more = f" (and {len(skipped) - 3} more)" if len(skipped) > 3 else ""
    return f"Nothing in {path} can be read as an article. {reasons}{more}. {formats}"
