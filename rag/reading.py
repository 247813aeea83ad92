"""Files to articles again and again: only what changed since the last time is read.

Knows nothing about passages or the index. What is left after any number of changes is what reading everything anew
would give: of two files with the same article, the first in the order of the files gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.articles import Note, Skipped, Worker, list_files, read_each
from rag.errors import CorpusError
from rag.readers.formats import KINDS
from rag.types import Article

Stamp = tuple[int, int, int]
"""Size, time of the last write and of the last change of any kind: another one, and the file is read again."""


OUT_OF_REACH: Stamp = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Read:
    """What a file held: `gives` are the ids of the articles that come from it, `also` of those that stand in a file
    before it too."""

    stamp: Stamp
    gives: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Skipped, ...] = ()
    """What had to be guessed to read it."""

    @property
    def holds(self) -> frozenset[str]:
        return frozenset(self.gives + self.also)


Ledger = dict[str, Read]
"""By path, in the order of the files."""


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
    articles, ledger = read_changed(scan([Path(path)]), {}, {}, progress=progress)
    skipped = [left_out for file in ledger.values() for left_out in file.skipped]
    if not articles:
        raise CorpusError(why_nothing(Path(path), ledger))
    return Reading(tuple(articles.values()), tuple(skipped), tuple(n for file in ledger.values() for n in file.notes))


def why_nothing(path: Path, ledger: Ledger) -> str:
    """Why the files of a corpus gave no article, and what to do."""
    formats = f"Footnote reads {KINDS}."
    if not ledger:
        return f"The folder {path} is empty. Put articles into it, or name another. {formats}"
    skipped = [left_out for file in ledger.values() for left_out in file.skipped]
    reasons = "; ".join(f"{item.source}: {item.reason}" for item in skipped[:3])
    more = f" (and {len(skipped) - 3} more)" if len(skipped) > 3 else ""
    return f"Nothing in {path} can be read as an article. {reasons}{more}. {formats}"


def to_json(ledger: Ledger, home: Path) -> dict[str, Any]:
    """Paths below `home` are written as "@/…", so that it can be moved."""
    prefix = f"{home}/"
    return {
        f"@/{path.removeprefix(prefix)}" if path.startswith(prefix) else path: {
            "stamp": file.stamp,
            "gives": file.gives,
            "also": file.also,
            "skipped": list(map(asdict, file.skipped)),
            "notes": list(map(asdict, file.notes)),
        }
        for path, file in ledger.items()
    }


def from_json(fields: Mapping[str, Any], home: Path) -> Ledger:
    """Raises KeyError, TypeError, ValueError, AttributeError: it is not what `to_json` gives."""
    return {
        f"{home}/{path[2:]}" if path.startswith("@/") else path: Read(
            _stamp(*file["stamp"]),
            tuple(map(str, file["gives"])),
            tuple(map(str, file["also"])),
            tuple(Skipped(**left_out) for left_out in file["skipped"]),
            tuple(Skipped(**note) for note in file.get("notes", ())),
        )
        for path, file in fields.items()
    }


def _stamp(size: int, written: int, changed: int) -> Stamp:
    return int(size), int(written), int(changed)


def scan(roots: Iterable[Path]) -> dict[str, Stamp]:
    """The stamp of every file under the roots, by path, in the order in which they are read.

    Raises:
        CorpusError: a root is not there or may not be opened.
    """
    stamps: dict[str, Stamp] = {}
    for root in roots:
        for file in list_files(root):
            try:
                stat = file.stat()
            except FileNotFoundError:  # gone since it was listed: as good as absent
                continue
            except OSError:  # there, but out of reach: reading it says why
                stamps[str(file)] = OUT_OF_REACH
            else:
                stamps[str(file)] = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return stamps


def read_changed(
    stamps: Mapping[str, Stamp],
    ledger: Ledger,
    before: Mapping[str, Article],
    away: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> tuple[dict[str, Article], Ledger]:
    """The articles of all files, and the new ledger.

    `before` are the articles that `ledger` speaks of; those that are still the same come back as the same objects.
    The files of `away` cannot be read now: what the ledger says of them stands. `progress` is called with bytes read
    and bytes in all.
    """
    merged = _Merged(before)
    changed = {path for path, stamp in stamps.items() if path not in ledger or ledger[path].stamp != stamp}
    total, done = sum(stamps[path][0] for path in changed), 0
    with Worker() as worker:
        for path, stamp in stamps.items():
            if path in away:
                merged.leave(path, ledger[path])
            elif path not in changed and merged.stands(ledger[path]):
                merged.keep(path, ledger[path])
            else:
                merged.take(path, stamp, read_each(Path(path), worker))
            if progress and path in changed:
                done += stamp[0]
                progress(done, total)
    return merged.articles, merged.ledger


@dataclass(slots=True)
class _Merged:
    """What the files up to here gave."""

    before: Mapping[str, Article]
    articles: dict[str, Article] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=dict)

    def stands(self, known: Read) -> bool:
        """Whether an unchanged file would give again what it gave: nothing before it has changed that matters to it."""
        gives = all(i not in self.articles and i in self.before for i in known.gives)
        return gives and all(i in self.articles and self.articles[i] == self.before.get(i) for i in known.also)

    def keep(self, path: str, known: Read) -> None:
        self.articles.update((i, self.before[i]) for i in known.gives)
        self.ledger[path] = known

    def leave(self, path: str, known: Read) -> None:
        """Of a file that cannot be read: what it gave it still gives, unless another one does now."""
        gives = [i for i in known.gives + known.also if i in self.before and i not in self.articles]
        self.articles.update((i, self.before[i]) for i in gives)
        also = tuple(i for i in known.gives + known.also if i not in gives)
        self.ledger[path] = replace(known, gives=tuple(gives), also=also)

    def take(self, path: str, stamp: Stamp, items: Iterable[Article | Skipped | Note]) -> None:
        gives: dict[str, None] = {}
        also: dict[str, None] = {}
        skipped, notes = [], []
        for item in items:
            if isinstance(item, tuple):
                notes.append(Skipped(*item))
            elif isinstance(item, Skipped):
                skipped.append(item)
            elif item.id not in self.articles:
                same = self.before.get(item.id)
                self.articles[item.id] = same if same == item else item
                gives[item.id] = None
            else:
                if self.articles[item.id].text != item.text:
                    skipped.append(Skipped(item.source, f"its id {item.id!r} belongs to another article already"))
                if item.id not in gives:
                    also[item.id] = None
        self.ledger[path] = Read(stamp, tuple(gives), tuple(also), tuple(skipped), tuple(notes))
