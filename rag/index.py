"""The index of one corpus, kept in step with the files.

Knows nothing about questions. Vectors are kept in Chroma as they are made; what a question sees is a snapshot
(`rag.snapshot`), saved by `rag.saved` and put in the place of the last one in one step.

A sync that is killed leaves the mark `.syncing` behind. The next one then asks Chroma which passages it has and of
which words, embeds those that are missing or have other words now, and goes on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from rag.alike import Copies, find
from rag.articles import RULES, Skipped
from rag.errors import CorpusError, StoreError
from rag.keyword import KeywordIndex
from rag.own import Own
from rag.passages import CUTTING, TARGET_PIECES, TITLE_CHARS, context, cut
from rag.reading import Ledger, Stamp, from_json, read_changed, scan, to_json, why_nothing
from rag.saved import read, write, written
from rag.snapshot import EMPTY, Snapshot
from rag.store import COLLECTION, ChromaStore
from rag.types import Article, Embedder, Passage
from rag.vectors import Known, gather, key

FORMAT = 1

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync changed, in articles."""

    added: int
    updated: int
    removed: int
    unchanged: int
    skipped: tuple[Skipped, ...] = ()
    passages: int = 0
    embedded: int = 0


class Index:
    """An opened index. `sync` brings it in step with a corpus; searching is in `rag.search`."""

    def __init__(self, folder: Path, embed: Embedder, chroma_url: str | None = None) -> None:
        self.folder = folder
        self.embed = embed
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise StoreError(
                f"The index folder {folder} cannot be written ({error.strerror}). Name another with --index."
            ) from error
        # On a server many indexes meet; in a folder of its own one name will do, so that the folder can be moved.
        name = COLLECTION if chroma_url is None else f"footnote-{_hash(str(folder.resolve()))}"
        self.store = ChromaStore(folder / "chroma", chroma_url, name, json.dumps(self.made_with))
        self.own = Own(folder)
        self.lock = FileLock(folder / ".lock")
        """Held by whoever changes the index: one process, and one thread of it, at a time."""
        self.now = EMPTY
        self.ledger: Ledger = {}
        self._manifest: dict[str, Any] = {}
        self._opened: int | None = None
        self._open()

    @property
    def articles(self) -> dict[str, Article]:
        return self.now.articles

    @property
    def passages(self) -> dict[str, Passage]:
        return self.now.passages

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What the last sync left out of the files that are there, and why; all of it, not only what was new."""
        return tuple(left_out for file in self.ledger.values() for left_out in file.skipped)

    @property
    def made_with(self) -> dict[str, Any]:
        """What the vectors and passages depend on; another value means that everything is embedded anew."""
        return {"format": FORMAT, "embedder": self.embed.fingerprint, "passages": [TARGET_PIECES, TITLE_CHARS]}

    def sync(self, corpus: str | Path, progress: Progress | None = None, allow_empty: bool = False) -> SyncReport:
        """Read what changed, embed what is new, drop what is gone: of the corpus, and of what the user added.

        One process at a time: a second one waits, and then finds the work done. `allow_empty` takes a corpus without
        files at its word, even where the index holds articles of it.

        Raises:
            CorpusError: nothing readable there. StoreError: the index cannot be written, or lies among the articles.
        """
        self._keep_out_of(Path(corpus))
        with self.lock:
            self.refresh()
            return self._sync(Path(corpus), progress or (lambda what, done, total: None), allow_empty)

    def refresh(self) -> None:
        """See what another process has saved meanwhile."""
        if written(self.folder) != self._opened:
            self._open()

    def _sync(self, corpus: Path, tell: Progress, allow_empty: bool) -> SyncReport:
        hidden = self.own.hidden()
        stamps, away = self._scan(corpus, allow_empty)
        rules = {"made_with": self.made_with, "rules": RULES, "cutting": CUTTING, "hidden": sorted(hidden)}
        in_step = not self._mark.exists() and self.store.count() == len(self.passages)
        same_files = stamps == {path: file.stamp for path, file in self.ledger.items()}
        if in_step and same_files and rules.items() <= self._manifest.items():
            return _report(self.articles, self.articles, self.ledger, len(self.passages), 0)
        ledger = self.ledger if self._same_rules else {}
        known, ledger = read_changed(
            stamps, ledger, self.now.known, away & ledger.keys(), lambda done, total: tell("reading", done, total)
        )
        nothing = not any(file.holds for file in ledger.values())
        if nothing and (stamps or not self.ledger) and not allow_empty:
            raise CorpusError(why_nothing(corpus, {path: ledger[path] for path in _below(ledger, corpus)}))
        before = self.articles
        embedded = self._update(known, ledger, rules, in_step, tell)
        return _report(before, self.articles, ledger, len(self.passages), embedded)

    def _scan(self, corpus: Path, allow_empty: bool) -> tuple[dict[str, Stamp], set[str]]:
        """The stamps of all files, and which of them are away.

        A folder that held some and is empty or gone now may be a disk that is not there: for the corpus that is an
        error, and the files of another one count as what they were, as do those of a folder that cannot be listed.
        """
        stamps = scan([corpus])
        lost = sum(len(self.ledger[path].gives) for path in _below(self.ledger, corpus))
        if not stamps and lost and not allow_empty:
            raise CorpusError(
                f"There are no files in {corpus}, but the index holds {lost} articles from there. If a disk is "
                "missing, bring it back. If they are gone for good, run `footnote sync --allow-empty`."
            )
        away: set[str] = set()
        stamps |= scan([self.own.added]) if self.own.added.is_dir() else {}
        away.update(_below(self.ledger, self.own.imported))
        for root in self.own.folders():
            there = scan([root]) if root.is_dir() else {}
            if not there:
                away.update(_below(self.ledger, root))
            stamps |= there
        away.update(path for path in self.ledger.keys() - stamps.keys() if _in_closed(path, stamps))
        return stamps | {path: self.ledger[path].stamp for path in sorted(away)}, away

    def close(self) -> None:
        self.store.close()

    @property
    def _mark(self) -> Path:
        """Stands as long as Chroma may hold something else than the manifest says."""
        return self.folder / ".syncing"

    def _keep_out_of(self, corpus: Path) -> None:
        """An index that lies open among the articles would be read as articles at the next start."""
        if self.lies_in(corpus):
            raise StoreError(
                f"The index folder {self.folder.resolve()} lies among the articles in {corpus.resolve()}. Name another "
                "with --index."
            )

    def lies_in(self, root: Path) -> bool:
        """Whether reading `root` would read the index too: hidden folders are not read."""
        folder, root = self.folder.resolve(), root.resolve()
        return folder.is_relative_to(root) and not any(p.startswith(".") for p in folder.relative_to(root).parts)

    def _update(
        self, known: dict[str, Article], ledger: Ledger, rules: dict[str, Any], in_step: bool, tell: Progress
    ) -> int:
        """Put the new state in the place of the old one; return how many passages were embedded."""
        old = self.now if self._same_makers else EMPTY
        hidden = frozenset(rules["hidden"])
        cut_before = old if self._manifest.get("cutting") == CUTTING else EMPTY
        passages = self._cut((article for i, article in known.items() if i not in hidden), cut_before)
        same = [old.rows[p.id] if old.passages.get(p.id) is p else -1 for p in passages]
        texts = {i: context(known[p.article_id]) + p.text for i, p in enumerate(passages) if same[i] < 0}
        keys = tuple(old.keys[row] if row >= 0 else key(texts[i]) for i, row in enumerate(same))
        self._mark.touch()
        there = Known(dict(zip(old.ids, old.keys, strict=True)), old.rows, old.vectors)
        vectors, embedded = gather(passages, texts, keys, there, self.store, in_step, self.embed, tell)
        keyword = KeywordIndex.build([p.id for p in passages], texts, old.keyword, same)
        copies = find(known, self.now.copies if self._same_rules else Copies(), self.now.known)
        snapshot = Snapshot(known, hidden, {p.id: p for p in passages}, vectors, keys, keyword, copies)
        self._manifest = write(
            self.folder,
            rules | {"counts": [len(snapshot.articles), len(passages)], "files": to_json(ledger, self.folder)},
            snapshot,
        )
        self.now, self.ledger, self._opened = snapshot, ledger, written(self.folder)
        self._mark.unlink(missing_ok=True)
        return embedded

    @property
    def _same_makers(self) -> bool:
        """Whether passages and vectors of the present state were made as they would be now."""
        return self._manifest.get("made_with") == self.made_with

    @property
    def _same_rules(self) -> bool:
        """Whether the files of the present state were read, and compared, as they would be now."""
        return self._manifest.get("rules") == RULES

    def _cut(self, articles: Iterable[Article], old: Snapshot) -> list[Passage]:
        """The passages of the articles, in their order; those of an article that is what it was are not cut again."""
        known: dict[str, list[Passage]] = {}
        for passage in old.passages.values():
            known.setdefault(passage.article_id, []).append(passage)
        passages: list[Passage] = []
        for article in articles:
            same = article.id in known and old.known[article.id] is article
            passages += known[article.id] if same else cut(article, self.embed.count_pieces, self.embed.max_pieces)
        return passages

    def _open(self) -> None:
        """Load what the manifest vouches for; anything unreadable counts as absent and is built again."""
        self._opened = written(self.folder)
        if found := read(self.folder):
            with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
                self.ledger = from_json(found[0]["files"], self.folder)
                self._manifest, self.now = found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _below(paths: Iterable[str], root: Path) -> list[str]:
    """Those of the paths that are `root` or lie in it. As text: 20,000 of pathlib's own comparisons take a second."""
    if root == Path():
        return [path for path in paths if not path.startswith("/")]
    inside = f"{str(root).rstrip('/')}/"
    return [path for path in paths if path == str(root) or path.startswith(inside)]


def _in_closed(path: str, stamps: dict[str, Stamp]) -> bool:
    """Whether a file that was not found lies in a folder that could not be listed: that one stands among them."""
    above = next((folder for folder in Path(path).parents if str(folder) in stamps), None)
    return above is not None and above.is_dir()


def _report(
    before: dict[str, Article], after: dict[str, Article], ledger: Ledger, passages: int, embedded: int
) -> SyncReport:
    """An article counts as updated when its source stays and its content, and so its id, changes."""
    gone = Counter(a.source for i, a in before.items() if i not in after)
    new = Counter(a.source for i, a in after.items() if i not in before)
    replaced = (gone & new).total()  # source by source, for a file of many articles is the source of each
    both = after.keys() & before.keys()
    read_again = [(after[i], before[i]) for i in both if after[i] is not before[i]]
    edited = sum(replace(now, source="") != replace(then, source="") for now, then in read_again)
    return SyncReport(
        added=new.total() - replaced,
        updated=replaced + edited,
        removed=gone.total() - replaced,
        unchanged=len(both) - edited,
        skipped=tuple(left_out for file in ledger.values() for left_out in file.skipped),
        passages=passages,
        embedded=embedded,
    )
