"""The only place where real parts are put together. Knows nothing about what the parts do with each other."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from rag import given, prompt
from rag.catalogue import CATALOGUE
from rag.chat import Chatbot
from rag.config import Config
from rag.embedder import SentenceTransformerEmbedder
from rag.errors import FootnoteError, QuestionError, StoreError, UsageError
from rag.fetch import ensure_embedder, ensure_model
from rag.files import expect
from rag.filters import known
from rag.home import home_folder
from rag.index import Index, SyncReport
from rag.libraries import located
from rag.machine import cores
from rag.states import States
from rag.support import SupportChecker
from rag.tuning import READ, WRITTEN, Trial, Tuning, best, default, remember, remembered
from rag.types import Answer, Embedder, Filters, Generator, Turn
from rag.watch import News, Watcher

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""

NO_MODEL = "none"


def load(config: Config | None = None, progress: Progress | None = None) -> Chatbot:
    """Fetch what is missing, bring the index in step with the articles, load the model.

    Raises:
        CorpusError, StoreError, ModelError, FetchError: each says what was found and what to do.
        UsageError: a filter names what no article has.
    """
    config = located(config or Config())
    bot = Chatbot(config, *parts(config, progress))
    if config.watch:
        bot.watch(_log)
    return bot


def parts(config: Config, progress: Progress | None = None) -> tuple[Index, Generator | None]:
    """The opened index and the language model, for measuring them outside a conversation."""
    config = located(config)
    index, _ = _synced(config, progress)
    try:
        known(config.where, index.articles.values())
        return index, _generator(config, progress)
    except BaseException:
        index.close()
        raise


def sync(
    config: Config | None = None,
    progress: Progress | None = None,
    allow_empty: bool = False,
    tell: Callable[[News], None] | None = None,
) -> SyncReport:
    """Bring the index in step with the articles and say what changed. Raises as `load` does.

    `allow_empty` takes a folder without files at its word. With `config.watch` it goes on doing so until Ctrl-C, and
    tells `tell` what changes and what goes wrong, from the first report on.
    """
    config = located(config or Config())
    index, report = _synced(config, progress, allow_empty)
    try:
        if config.watch:
            (tell or _log)(report)
            Watcher(lambda: index.sync(_corpus(config), progress), tell or _log).run()
        return report
    finally:
        index.close()


def ask(
    question: str,
    history: Sequence[Turn] = (),
    as_of: date | None = None,
    config: Config | None = None,
    where: Filters | None = None,
) -> Answer:
    """One answer; the chatbot stays loaded for the next one. Without `config`: over the articles that ship with it."""
    given.text(question)  # before anything is loaded
    with _KEEPING:
        bot = _kept(config or Config())
    return bot.ask(question, history, as_of, where)


_KEEPING = threading.Lock()
"""Held while the kept chatbot is looked for: of several first questions at once, one loads and the others wait."""


@lru_cache(maxsize=1)
def _kept(config: Config) -> Chatbot:
    return load(config)


def _log(news: News) -> None:
    if isinstance(news, FootnoteError):
        logging.getLogger(__name__).warning("%s", news)


def _corpus(config: Config) -> Path:
    return Path(config.corpus).expanduser()


def _synced(config: Config, progress: Progress | None, allow_empty: bool = False) -> tuple[Index, SyncReport]:
    corpus = _corpus(config)
    expect(corpus)
    folder = index_folder(config)
    _keep_apart(folder.resolve(), corpus.resolve(), home_folder(config).resolve())
    index = Index(folder, _embedder(config, progress), config.chroma_url)
    try:
        return index, index.sync(corpus, progress, allow_empty)
    except BaseException:
        index.close()
        raise


def _keep_apart(folder: Path, corpus: Path, home: Path) -> None:
    """No index is made among the articles, hidden or not: what is copied or cleared there would take it along.

    The home folder may stand there, hidden, as it does for who asks about all that is in his own.
    """
    if folder.is_relative_to(corpus) and not folder.is_relative_to(home):
        raise StoreError(f"The index folder {folder} lies among the articles in {corpus}. Name another with --index.")


def index_folder(config: Config) -> Path:
    """`config.index`, else a folder of its own for each corpus in the home folder. Nothing is made.

    Raises:
        UsageError: the index is an empty name, which would be the folder in which one happens to stand.
    """
    if config.index is not None:
        if not str(config.index).strip():
            raise UsageError("The folder of the index has no name. Name one with --index, or leave it out.")
        return Path(config.index).expanduser()
    corpus = Path(config.corpus).expanduser().resolve()
    key = hashlib.sha256(str(corpus).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return home_folder(config) / "indexes" / f"{corpus.stem[:40] or 'articles'}-{key}"


def checker(config: Config) -> SupportChecker:
    """The support checker alone, for answers that come from a file."""
    return SupportChecker(_embedder(config, None))


def _embedder(config: Config, progress: Progress | None) -> Embedder:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads and a fork warn on every start
    folder = ensure_embedder(config.embedder, home_folder(config), _fetching(progress))
    return SentenceTransformerEmbedder(folder, _adapter(config.embedder))


def _adapter(model: str) -> Path | None:
    """The file of changes that make a model better at what it does here, if it has one."""
    known_by_name = CATALOGUE.get(model)
    return Path(__file__).parent / known_by_name.adapter if known_by_name and known_by_name.adapter else None


def _generator(config: Config, progress: Progress | None) -> Generator | None:
    if config.llm_url is not None:
        from rag.server import OpenAIServer

        return OpenAIServer(config.llm_url, config.model, timeout=config.llm_timeout)
    if config.model == NO_MODEL:
        return None
    from rag.llama import LlamaCpp

    path = ensure_model(config.model, home_folder(config), _fetching(progress))
    if progress is not None:
        progress("loading the model", 0, 1)
    home = home_folder(config)
    tuning = remembered(home, path)
    if config.n_threads:
        tuning = replace(tuning, threads=config.n_threads)
    known_by_name = CATALOGUE.get(config.model)
    judges = known_by_name is None or known_by_name.judges
    model = LlamaCpp(path, config.n_ctx, tuning, States(home / "states"), _adapter(config.model), judges)
    if progress is not None:
        progress("warming up the model", 0, 1)
    try:
        with contextlib.suppress(QuestionError):  # a context too small for the examples: each question says so
            model.choose(prompt.answer((), "Ready?"), ["Yes", "No"])  # reads them, so that no question waits for it
    except BaseException:
        model.close()
        raise
    return model


def tune(config: Config, tell: Callable[[Trial], None], progress: Progress | None = None) -> Trial:
    """Try how llama.cpp runs best on this machine with the model, and remember it for every later start.

    Raises:
        UsageError: the model does not run here. FetchError, ModelError. StoreError: it cannot be written down.
    """
    from rag.llama import LlamaCpp

    if config.llm_url is not None or config.model == NO_MODEL:
        raise UsageError("There is nothing to tune: the language model does not run in this process.")
    home = home_folder(config)
    path = ensure_model(config.model, home, _fetching(progress))

    def seconds(tuning: Tuning) -> float:
        model = LlamaCpp(path, config.n_ctx, tuning)
        try:
            return model.seconds(READ, WRITTEN)
        finally:
            model.close()

    found = best(default(), cores(), seconds, tell)
    try:
        remember(home, path, found.tuning)
    except OSError as error:
        raise StoreError(f"What was found cannot be written into {home}: {error.strerror}. Make room there.") from error
    return found


def with_model(bot: Chatbot, model: str, progress: Progress | None = None) -> Chatbot:
    """The chatbot over the same articles with another model, fetched where it is missing. The first one goes on until
    it is released. Raises as `load` does."""
    config = replace(bot.config, model=model, llm_url=None)
    return bot.rewired(config, _generator(config, progress))


def _fetching(progress: Progress | None) -> Callable[[int, int, str], None] | None:
    """The progress of a download is told in bytes and a label."""
    if progress is None:
        return None
    return lambda done, total, label: progress(label, done, total)
