"""Articles that a user adds to a library beside its folder, or takes out of it. Knows nothing about questions.

Each verb changes the user's own files (`rag.own`) and brings the index in step with them. Killed in between, the next
sync does the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from rag.articles import Skipped
from rag.index import Index, Progress, SyncReport
from rag.own import contents, why_not
from rag.types import Article

PASTED = "the text"
"""What a pasted text is called where it could not be taken."""


def add(index: Index, corpus: Path, paths: Sequence[str | Path], progress: Progress | None = None) -> SyncReport:
    """Copy files into the library, and follow folders from now on. `skipped` tells what of it was not taken, and why.

    Raises:
        CorpusError, StoreError: as a sync does; what was copied until then is taken up by the next one.
    """
    with index.lock:
        index.refresh()
        tell = progress or _nothing
        left_out: list[Skipped] = []
        taken: dict[Path, Path] = {}  # where it is read from -> what the user called it
        wanted = list(dict.fromkeys(Path(path).expanduser() for path in paths))
        for done, path in enumerate(wanted):
            tell(f"reading {path.name}", done, len(wanted) if len(wanted) > 1 else 0)
            place = (_follow if path.is_dir() else _copy)(index, corpus, path)
            if isinstance(place, Path):
                taken[place] = path
            else:
                left_out += place
        report = index.sync(corpus, progress)
        return replace(report, skipped=(*left_out, *_skipped(index, taken)))


def add_text(
    index: Index,
    corpus: Path,
    text: str,
    title: str | None = None,
    publisher: str | None = None,
    published: date | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Add one article by its text. Raises as `add` does."""
    with index.lock:
        index.refresh()
        (progress or _nothing)("reading the text", 0, 0)
        place = index.own.write(text, title, publisher, published)
        articles, unread = contents(place)
        index.own.show(article.id for article in articles)
        if unread or _known(index, articles):
            if str(place) not in index.ledger:
                place.unlink()
            reasons = [item.reason for item in unread] or ["the library holds it already"]
            return replace(index.sync(corpus, progress), skipped=tuple(Skipped(PASTED, reason) for reason in reasons))
        return replace(index.sync(corpus, progress), skipped=_skipped(index, {place: Path(PASTED)}))


def remove(index: Index, corpus: Path, ids: Collection[str], progress: Progress | None = None) -> SyncReport:
    """Take articles out of the library. What was added is deleted; a file of the user's own folders stays where it is,
    and its article is hidden. `skipped` names the ids that no article has. Raises as `add` does."""
    with index.lock:
        index.refresh()
        there = {i for i in ids if i in index.articles}
        kept: set[str] = set()
        for path, file in index.ledger.items():
            if Path(path).is_relative_to(index.own.added) and file.holds and file.holds <= there:
                Path(path).unlink(missing_ok=True)
            else:
                kept |= file.holds & there
        if kept:
            index.own.hide(kept)
        unknown = tuple(Skipped(i, "there is no such article") for i in dict.fromkeys(ids) if i not in there)
        return replace(index.sync(corpus, progress), skipped=unknown)


def forget(index: Index, corpus: Path, folder: str | Path, progress: Progress | None = None) -> SyncReport:
    """Follow a folder no longer: its articles leave the library, its files stay. Raises as `add` does."""
    with index.lock:
        index.refresh()
        place = Path(folder).expanduser().resolve()
        unknown = () if place in index.own.folders() else (Skipped(str(folder), "it is not followed"),)
        index.own.forget(place)
        return replace(index.sync(corpus, progress), skipped=unknown)


def added_ids(index: Index) -> frozenset[str]:
    """The articles that were added one by one, and that `remove` would delete."""
    files = [file for path, file in index.ledger.items() if Path(path).is_relative_to(index.own.added)]
    return frozenset(i for file in files for i in file.gives if i in index.articles)


def _nothing(what: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


def _follow(index: Index, corpus: Path, folder: Path) -> Path | list[Skipped]:
    place = folder.resolve()
    if any(place.is_relative_to(root.resolve()) for root in (corpus, *index.own.folders())):
        return [Skipped(str(folder), "its articles are in the library already")]
    if index.lies_in(place):
        return [Skipped(str(folder), f"the library itself is kept in it, in {index.folder}")]
    try:
        next(place.iterdir(), None)
    except OSError as error:
        return [Skipped(str(folder), f"it cannot be opened: {error.strerror}")]
    index.own.follow(place)
    return place


def _copy(index: Index, corpus: Path, file: Path) -> Path | list[Skipped]:
    if reason := why_not(file):
        return [Skipped(str(file), reason)]
    articles, unread = contents(file)
    if not articles:
        return unread or [Skipped(str(file), "it holds no article")]
    index.own.show(article.id for article in articles)
    if _known(index, articles):
        return [Skipped(str(file), "the library holds it already")]
    try:
        return index.own.copy(file)
    except OSError as error:
        return [Skipped(str(file), f"it cannot be copied: {error.strerror}")]


def _known(index: Index, articles: Iterable[Article]) -> bool:
    """Whether the library shows all of these articles."""
    shown = ((index.articles.get(article.id), article) for article in articles)
    return all(there is not None and there.text == article.text for there, article in shown)


def _skipped(index: Index, taken: dict[Path, Path]) -> tuple[Skipped, ...]:
    """What could not be read of the files and folders that were taken, by the names that the user gave them."""
    return tuple(
        Skipped(left_out.source.replace(str(place), str(called), 1), left_out.reason)
        for place, called in taken.items()
        for path, file in index.ledger.items()
        if Path(path).is_relative_to(place)
        for left_out in file.skipped
    )
