"""A question in, an answer with citations out, or a refusal. Knows nothing about files, models' kinds or pages.

    question -> search -> evidence -> decide -> draft -> check -> claims with citations

The model writes the draft and lends its logits; everything else is decided here, in code.
"""

from __future__ import annotations

import time
import unicodedata
from collections import abc
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from rag import added, cite, decide, given, judging, prompt, refuse
from rag.articles import Skipped
from rag.asked import is_command
from rag.config import Config
from rag.drafting import Drafting
from rag.errors import QuestionError
from rag.evidence import Embed, Rank, Sentence, gather
from rag.filters import known, within
from rag.followup import leans, may_stand_alone, standalone
from rag.history import turns
from rag.index import Index, Progress, SyncReport
from rag.remembered import Remembered
from rag.search import search
from rag.starters import Starter, starters
from rag.support import SupportChecker
from rag.types import (
    Answer,
    Article,
    Claim,
    Event,
    Filters,
    Generator,
    Hit,
    Messages,
    Passed,
    Retrieved,
    Seconds,
    Step,
    Token,
    Turn,
)
from rag.watch import News, Watcher
from rag.words import content_words

HISTORY_TURNS = 2
HISTORY_CHARS = 300
"""What of an earlier conversation the model is shown: so many turns, each part cut to so many characters."""
COMMAND_CONFIDENCE = 0.01
"""Probability that the articles hold the answer to what is no question to them: an order to the assistant."""
STARTER_HITS = 3
"""Passages among which a search must find what a question to start from was made from."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question on its way: as it was put, as it is searched for, and when."""

    question: str
    query: str
    history: tuple[Turn, ...]
    as_of: date | None
    started: float
    tell: Callable[[Step], None]
    passed: Callable[[Passed], None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What stands before anything is written: hits, evidence, the relevance of each sentence of it (0..1), and the
    seconds of the search."""

    hits: tuple[Hit, ...]
    evidence: Sequence[Sentence]
    relevance: Sequence[float]
    searched: float


class Chatbot:
    """Answers from one index. Made by `rag.load`; also a context manager that closes what it opened."""

    def __init__(
        self, config: Config, index: Index, generator: Generator | None, embed: Remembered | None = None
    ) -> None:
        self._config = config
        self._index = index
        self._generator = generator
        self._embed = embed or Remembered(index.embed)
        self._checker = SupportChecker(index.embed)
        self._watcher: Watcher | None = None

    @property
    def config(self) -> Config:
        return self._config

    @property
    def articles(self) -> tuple[Article, ...]:
        return tuple(self._index.articles.values())

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read of the files, and why: no answer comes from there."""
        return self._index.skipped

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        where: Filters | None = None,
    ) -> Answer:
        """The last event of `stream`."""
        *_, last = self.stream(question, history, as_of, where)
        assert isinstance(last, Answer)
        return last

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        where: Filters | None = None,
        tell: Callable[[Step], None] = lambda step: None,
        passed: Callable[[Passed], None] = lambda passed: None,
    ) -> Iterator[Event]:
        """Yield `Retrieved`, then the draft in `Token`s, then exactly one `Answer`.

        `as_of` is the day on which the question is asked; `where` says which of the articles of `Config.where` it is
        put to (None: all of them); `tell` is called as each step begins, `passed` when sentences of the
        draft have been checked, between two tokens or after the last. Closing the iterator stops the model within a
        token.

        Raises:
            QuestionError: the question is empty or too long. UsageError: `where` names what no article has, or
            something is of another type.
            ModelError, StoreError: something broke on the way.
        """
        started = time.perf_counter()
        question, as_of = self._clean(given.text(question)), given.day(as_of, "as_of")
        earlier = _shortened(turns(history))
        query, leaned_on = standalone(question, earlier), earlier if leans(question) else ()
        asked = _Asked(question, query, leaned_on, as_of, started, tell, passed)
        if not self._config.use_articles:
            yield from self._from_memory(asked)
            return
        tell("searching")
        hits = tuple(self._search(asked.query, self._config.top_k, where))
        searched = time.perf_counter() - started
        yield Retrieved(hits)
        for event in self._answer(asked, hits, searched):
            if isinstance(event, Answer) and event.refused and may_stand_alone(question, earlier):
                yield from self._alone(asked, where, event)
            else:
                yield event

    def prepare(self, history: Sequence[Turn], as_of: date | None = None) -> None:
        """Let the model read a conversation while its last answer is read: a question that leans on it then begins with
        what is computed already. It takes about a second; nothing that is asked later depends on it.

        Raises:
            UsageError: something is of another type. QuestionError: the conversation is longer than the model's
            context. ModelError: something broke on the way.
        """
        earlier, as_of = _shortened(turns(history)), given.day(as_of, "as_of")
        if self._generator and self._generator.judges and earlier and self._config.use_articles:
            self._generator.prepare(prompt.conversation(earlier, as_of))

    def search(self, question: str, k: int = 10, where: Filters | None = None) -> list[Hit]:
        """The `k` best passages, best first. `where` narrows as in `stream`."""
        return self._search(self._clean(given.text(question)), given.count(k, "k"), where)

    def check(self, statement: str, where: Filters | None = None) -> Claim:
        """A statement against the articles: the verdict, with the sentences that say so or say otherwise."""
        statement = self._clean(given.text(statement))
        evidence = gather(statement, self._search(statement, self._config.top_k, where), *self._reading)
        if not evidence:
            return Claim(statement, (), "not found")
        near = cite.nearness([statement], evidence, self._index.embed)
        return cite.verdict(statement, near[0], evidence, self._checker, self._config.support_threshold)

    def adjusted(self, **settings: Any) -> Chatbot:
        """The same articles and model under other settings of `Config` for answering, such as `top_k`. It costs
        nothing and holds nothing: close this one, not that one."""
        return Chatbot(replace(self._config, **settings), self._index, self._generator, self._embed)

    def rewired(self, config: Config, generator: Generator | None) -> Chatbot:
        """The same articles under another language model, in the place of this one: `release` this one then."""
        other = Chatbot(config, self._index, generator, self._embed)
        other._watcher = self._watcher
        return other

    def starters(self, count: int = 4, among: Sequence[Article] | None = None) -> list[str]:
        """Questions to start from, made from the articles, or from some of them, in this order; a search for each leads
        to the words it was made from."""

        def found(it: Starter) -> bool:
            passages = [hit.passage for hit in self._search(it.question, STARTER_HITS, None)]
            return any(p.article_id == it.article.id and p.start <= it.start and it.end <= p.end for p in passages)

        return starters(self.articles if among is None else among, found, count)

    # --- the library: a question asked meanwhile sees the old state or the new one, never half ---------------------

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Take up what changed in the folder of the articles, and in those that are followed beside it."""
        return self._index.sync(self._corpus, progress)

    def add(self, paths: Sequence[str | Path], progress: Progress | None = None) -> SyncReport:
        """Copy files into the library, and follow folders; `skipped` tells what was not taken, and why."""
        return added.add(self._index, self._corpus, paths, progress)

    def add_text(
        self,
        text: str,
        title: str | None = None,
        publisher: str | None = None,
        published: date | None = None,
        progress: Progress | None = None,
    ) -> SyncReport:
        """Add one article by its text."""
        return added.add_text(self._index, self._corpus, text, title, publisher, published, progress)

    def remove(self, article_ids: Collection[str]) -> SyncReport:
        """Take articles out. What was added is deleted; a file of the user's own is kept, and its article hidden."""
        return added.remove(self._index, self._corpus, article_ids)

    def forget(self, folder: str | Path) -> SyncReport:
        """Follow a folder no longer that `add` was given."""
        return added.forget(self._index, self._corpus, folder)

    def watch(self, tell: Callable[[News], None] = lambda news: None) -> None:
        """Take up changes as they happen, from now until `close`; `tell` hears of them, and of what goes wrong."""
        if self._watcher is None:
            self._watcher = Watcher(self.sync, tell)
            self._watcher.start()

    @property
    def watch_trouble(self) -> str:
        """What keeps changes from being taken up at the moment, for people; "" while nothing does."""
        return self._watcher.trouble if self._watcher else ""

    @property
    def added(self) -> frozenset[str]:
        """Ids of the articles that `remove` would delete; it hides the others."""
        return added.added_ids(self._index)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that are followed beside the corpus."""
        return tuple(self._index.own.folders())

    @property
    def _corpus(self) -> Path:
        return Path(self._config.corpus).expanduser()

    def close(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
        self._index.close()
        self.release()

    def release(self) -> None:
        """Let go of the language model."""
        if close := getattr(self._generator, "close", None):
            close()

    def __enter__(self) -> Chatbot:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # --- below: the steps of an answer -------------------------------------------------------------------------

    @property
    def _reading(self) -> tuple[Embed, Rank]:
        return self._embed, self._index.embed.rank

    def _search(self, query: str, k: int, where: Filters | None) -> list[Hit]:
        articles = self._index.articles.values()
        known(where, articles)  # those of the settings were looked at when they were loaded
        both = within(where, self._config.where, articles)
        return search(self._index, query, k, self._config.per_article, self._config.retrieval, both)

    def _alone(self, asked: _Asked, where: Filters | None, refusal: Answer) -> Iterator[Event]:
        """What was refused as a follow-up, asked again by itself of the articles that speak of all that it names."""
        named = set(content_words(asked.question))
        found = self._search(asked.question, self._config.top_k, where)
        hits = tuple(h for h in found if named <= set(content_words(f"{h.article.title or ''} {h.article.text}")))
        alone = replace(asked, query=asked.question, history=())
        for event in self._answer(alone, hits, refusal.seconds.search) if hits else [refusal]:
            if isinstance(event, Answer) and event.refused:
                total = time.perf_counter() - asked.started
                yield replace(refusal, seconds=replace(refusal.seconds, total=total))
            else:
                yield event

    def _answer(self, asked: _Asked, hits: tuple[Hit, ...], searched: float) -> Iterator[Event]:
        if self._config.check and is_command(asked.question):
            yield self._refusal(asked, _Known(hits, (), (), searched), COMMAND_CONFIDENCE)
            return
        asked.tell("reading")
        evidence = gather(asked.query, hits, *self._reading)
        model, around = self._generator, (asked.history, asked.as_of)
        judge = model if model and model.judges else None
        threshold = self._config.answer_threshold
        judged = judging.judged(judge, asked.question, evidence, *around, threshold) if judge else None
        relevance = decide.relevance(decide.sentence_features(asked.question, evidence, judged))
        known = _Known(hits, evidence, relevance, searched)
        chosen = decide.best(evidence, relevance, judged)
        confidence = decide.probability(decide.features(asked.question, evidence, chosen, judged))
        if self._config.check and (not evidence or confidence < threshold):
            yield self._refusal(asked, known, confidence)
            return
        asked.tell("writing")
        drafting = self._drafting(asked, known) if self._config.check else None
        draft, first = "", None
        if model:
            messages, after = judging.writing(model, asked.question, chosen, *around)
            draft, first = yield from self._write(model, messages, after, asked, drafting)
        asked.tell("checking")
        if drafting and judge and judged:
            asked.passed(drafting.end())  # the reader has it while the model is asked what else there is
            judged = judging.completed(judge, asked.question, evidence, *around, judged)
            drafting.weigh(decide.relevance(decide.sentence_features(asked.question, evidence, judged)))
        statements, dropped = drafting.finish() if drafting else (self._unchecked(draft, evidence), ())
        claims, citations = cite.number(statements)
        seconds = Seconds(searched, first, time.perf_counter() - asked.started)
        text = cite.with_markers(claims)
        yield Answer(asked.question, text, claims, citations, hits, None, confidence, seconds, dropped)

    def _drafting(self, asked: _Asked, known: _Known) -> Drafting:
        told = " ".join(f"{turn.question} {turn.answer}" for turn in asked.history)
        judge = (self._index.embed, self._checker, self._config.support_threshold)
        return Drafting(asked.question, asked.query, told, known.evidence, known.relevance, *judge)

    def _unchecked(self, draft: str, evidence: Sequence[Sentence]) -> list[cite.Statement]:
        drafted = cite.draft_sentences(draft)
        return cite.unchecked(drafted, cite.nearness(drafted, evidence, self._index.embed), evidence)

    def _write(
        self,
        model: Generator,
        messages: Messages,
        after: Messages | None,
        asked: _Asked,
        drafting: Drafting | None = None,
    ) -> abc.Generator[Event, None, tuple[str, float | None]]:
        """Yield the reply in Tokens; return it whole, with the seconds until the first."""
        text, first = "", None
        with closing(model.stream(messages, self._config.max_answer_tokens, after)) as pieces:
            for piece in pieces:
                first = first or time.perf_counter() - asked.started
                text += piece
                yield Token(piece)
                if drafting and (passed := drafting.add(piece)):
                    asked.passed(passed)
        return text, first

    def _refusal(self, asked: _Asked, known: _Known, confidence: float) -> Answer:
        nearest = refuse.nearest(known.evidence, known.relevance)
        reason = refuse.reason(asked.question, known.hits, bool(nearest)) if known.hits else refuse.NOTHING_TO_SEARCH
        near, citations = cite.number(nearest)
        text = f"{reason} The nearest they hold: {cite.with_markers(near)}" if near else reason
        seconds = Seconds(known.searched, None, time.perf_counter() - asked.started)
        return Answer(asked.question, text, (), citations, known.hits, reason, confidence, seconds)

    def _from_memory(self, asked: _Asked) -> Iterator[Event]:
        """The baseline without articles: whatever the model says, uncited."""
        yield Retrieved(())
        text, first = "", None
        if self._generator:
            text, first = yield from self._write(self._generator, prompt.from_memory(asked.question), None, asked)
        claims = tuple(Claim(sentence) for sentence in cite.draft_sentences(text))
        seconds = Seconds(0.0, first, time.perf_counter() - asked.started)
        yield Answer(asked.question, text, claims, (), (), None, 1.0, seconds)

    def _clean(self, question: str) -> str:
        """One line without control characters. Raises QuestionError for what cannot be a question."""
        text = _one_line(question)
        if not text:
            raise QuestionError("The question is empty. Type what you want to know from the articles.")
        if len(text) > self._config.max_question_chars:
            raise QuestionError(
                f"The question has {len(text):,} characters; {self._config.max_question_chars:,} are the most that can "
                "be answered. Ask for one thing at a time."
            )
        if not content_words(text) and not any(c.isalnum() for c in text):
            raise QuestionError("There are no words in the question to look for. Ask in words.")
        return text


def _one_line(text: str) -> str:
    """Without control characters and halves of characters."""
    shown = (c for c in text if unicodedata.category(c) != "Cf")  # soft hyphens and joiners stand inside words
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in shown)
    return " ".join(unicodedata.normalize("NFC", spaced).split())


def _shortened(history: Sequence[Turn]) -> tuple[Turn, ...]:
    lines = ((_one_line(turn.question), _one_line(turn.answer)) for turn in history[-HISTORY_TURNS:])
    return tuple(Turn(question[:HISTORY_CHARS], answer[:HISTORY_CHARS]) for question, answer in lines)
