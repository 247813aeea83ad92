"""A chatbot that says what a script tells it, for tests of the page. Knows nothing about models or search.

Predictable by hand: `BOT = ScriptedBot({question: [event, …]})`. A `Pause` in a script holds the stream until the test
lets it go, so that "in the middle of a draft" is a state and not a moment.
"""

from __future__ import annotations

import contextlib
import gc
import os
import queue
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rag.articles import Skipped
from rag.chat import Chatbot
from rag.config import Config
from rag.index import Index, SyncReport
from rag.types import (
    Answer,
    Article,
    Citation,
    Claim,
    Event,
    Filters,
    Hit,
    Passage,
    Passed,
    Retrieved,
    Seconds,
    Step,
    Token,
    Turn,
)
from tests.fakes import FakeEmbedder
from ui.loading import BackgroundBot

HARBOUR = Article(
    id="harbour",
    title="Harbour bridge opens after nine years of work",
    publisher="Lindau Courier",
    published=date(2024, 3, 4),
    source="https://courier.example/2024/03/bridge?from=a&to=b",
    text=(
        "The harbour bridge in Lindau opened to traffic on Sunday. It is 412 metres long and cost 38 million euros.\n\n"
        "Mayor Ilse Brandt cut the ribbon in front of about 2,000 people. “It joins what the water kept apart,” she "
        "said.\n\n"
        "Work had begun in 2015. Two winters of flooding and the insolvency of a steel supplier cost the project four "
        "years, and the town council had twice voted on giving it up.\n\n"
        "Buses will cross from Monday. Lorries above 7.5 tonnes have to wait until the eastern ramp is finished in the "
        "autumn.\n\n" + "The old road along the lake stays open for bicycles, pedestrians and horses. " * 12
    ),
)
FERRY = Article(
    id="ferry",
    title="Ferry line to close in summer",
    publisher=None,
    published=date(2024, 4, 18),
    source="/home/somebody/articles/ferry.txt",
    text=(
        "The ferry between Lindau and the east bank will stop running on June 30. Its operator, Seeline, lost most of "
        "its riders to the bridge.\n\nEleven employees will move to other lines."
    ),
)
HOSTILE = Article(
    id="hostile",
    title="<script>document.title='pwned'</script><img src=x onerror=\"alert(1)\">",
    publisher="\u202eevil <b>bold</b>",
    published=None,
    source="javascript:alert(document.domain)",
    text=(
        "<script>alert('script')</script> <img src='https://outside.example/x.png' onerror=alert(2)> "
        "![image](https://outside.example/y.png) [link](javascript:alert(3)) ${alert(4)} {{constructor}} "
        "& \u202eoverride\n"
        '<svg onload=alert(5)> א ב ג <a href="javascript:alert(6)">click</a>\n' + "x" * 1_000_000
    ),
)


def quote(article: Article, words: str, number: int, support: float = 0.97) -> Citation:
    start = article.text.index(words)
    return Citation(number, article, start, start + len(words), words, support)


def hit(article: Article, words: str, score: float = 0.8) -> Hit:
    start = article.text.index(words)
    passage = Passage(f"{article.id}-{start}", article.id, start, start + len(words), words)
    return Hit(passage, article, score)


def answer(
    question: str,
    claims: Sequence[Claim],
    hits: Sequence[Hit],
    confidence: float = 0.93,
    dropped: tuple[str, ...] = (),
) -> Answer:
    """An answer whose text and citations follow from its claims."""
    text = " ".join(claim.text + "".join(f" [{c.number}]" for c in claim.citations) for claim in claims)
    citations = {c.number: c for claim in claims for c in claim.citations}
    ordered = tuple(citations[number] for number in sorted(citations))
    return Answer(
        question, text, tuple(claims), ordered, tuple(hits), None, confidence, Seconds(0.1, 0.5, 2.4), dropped
    )


def refused(question: str, reason: str, hits: Sequence[Hit]) -> Answer:
    return Answer(question, reason, (), (), tuple(hits), reason, 0.12, Seconds(0.1, 0.5, 1.2))


BRIDGE_HITS = (
    hit(
        HARBOUR,
        "The harbour bridge in Lindau opened to traffic on Sunday. It is 412 metres long and cost 38 million euros.",
    ),
    hit(FERRY, "The ferry between Lindau and the east bank will stop running on June 30.", 0.6),
)


@dataclass
class Pause:
    """Holds a stream where it stands until `go` is set; `reached` tells the test that it stands there."""

    reached: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def hold(self) -> None:
        self.reached.set()
        assert self.go.wait(60), "the test never let the stream go on"


Script = Sequence[Event | Pause | Exception | Step | Passed]


class ScriptedBot:
    """`stream` plays the script of its question. Remembers what it was asked and how its streams ended."""

    def __init__(
        self,
        scripts: Mapping[str, Script],
        articles: Sequence[Article] = (HARBOUR, FERRY),
        offered: Sequence[str] = (),
        config: Config | None = None,
    ) -> None:
        self.scripts = dict(scripts)
        self.articles = tuple(articles)
        self.offered = list(offered)
        self.config = config or Config(model="none")
        self.adjustments: list[dict[str, Any]] = []
        self.wheres: list[Filters | None] = []
        self.added: frozenset[str] = frozenset()
        self.folders: tuple[Path, ...] = ()
        self.watch_trouble = ""
        self.released = False
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.prepared: queue.SimpleQueue[tuple[Turn, ...]] = queue.SimpleQueue()
        self.closed_early = 0
        self.closed = False
        self.open = 0
        self.most_open = 0
        """Streams that were ever open at the same time: a model can serve one."""

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        where: Filters | None = None,
        tell: Callable[[Step], None] = lambda step: None,
        passed: Callable[[Passed], None] = lambda passed: None,
    ) -> Iterator[Event]:
        self.asked.append((question, tuple(history)))
        self.wheres.append(where)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        tell("searching")
        try:
            for step in self.scripts[question]:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, Pause):
                    step.hold()
                elif isinstance(step, str):
                    tell(step)
                elif isinstance(step, Passed):
                    passed(step)
                else:
                    yield step
        except GeneratorExit:
            self.closed_early += 1
            raise
        finally:
            self.open -= 1

    def prepare(self, history: Sequence[Turn]) -> None:
        self.prepared.put(tuple(history))

    def adjusted(self, **settings: Any) -> ScriptedBot:
        self.adjustments.append(settings)
        return self

    def starters(self, count: int = 4, among: Sequence[Article] | None = None) -> list[str]:
        return self.offered[:count] if among is None else [f"What about {article.title}?" for article in among][:count]

    def search(self, question: str, k: int = 10, where: Filters | None = None) -> list[Hit]:
        self.wheres.append(where)
        return [*BRIDGE_HITS][:k]

    def check(self, statement: str, where: Filters | None = None) -> Claim:
        self.wheres.append(where)
        return Claim(statement, (quote(HARBOUR, "It is 412 metres long and cost 38 million euros.", 1),), "supported")

    def add_text(self, text: str, title: str | None = None, **_: Any) -> SyncReport:
        """Nothing short of three words is an article."""
        if len(text.split()) < 3:
            return SyncReport(0, 0, 0, len(self.articles), (Skipped("the text", "it has too few words"),))
        self.articles += (Article(f"pasted-{len(self.articles)}", title, text, source="added/pasted.md"),)
        self.added |= {self.articles[-1].id}
        return SyncReport(1, 0, 0, len(self.articles) - 1)

    def remove(self, ids: Sequence[str]) -> SyncReport:
        self.articles = tuple(article for article in self.articles if article.id not in ids)
        return SyncReport(0, 0, len(ids), len(self.articles))

    def release(self) -> None:
        self.released = True

    def close(self) -> None:
        assert self.open == 0, "closed under an open stream"
        self.closed = True


@contextlib.contextmanager
def serving(
    load: Callable[[Callable[..., None]], Any],
    feedback: Path = Path(os.devnull),
    with_model: Callable[..., Any] | None = None,
    may_change: bool = True,
    mcp: bool = False,
) -> Iterator[str]:
    """The address of a page whose chatbot comes from `load(progress)`."""
    from ui.app import build_page
    from ui.loading import BackgroundBot
    from ui.models import Models
    from ui.serve import serve

    bot = BackgroundBot(load)
    page = build_page(bot, feedback, Models(feedback.parent, with_model), may_change)
    try:
        address = serve(page, port=7900, open_browser=False, mcp=mcp)
        bot.start()
        yield address
    finally:
        page.close(verbose=False)
        # Gradio leaves event loops behind unclosed. Swept up here, they are not held against the test that comes next.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


# --- the conversation that tests and screenshots share --------------------------------------------------------------

LONG = "How long is the bridge, and what did it cost?"
MAYOR = "Who opened it, and what happens to the ferry?"
WHEN = "When did the ferry stop?"
TOLL = "What is the toll for lorries?"
BROKEN = "What breaks?"
CRASH = "What crashes?"
NASTY = "What does the hostile article say? <img src=x onerror=alert(7)>"
SLOW = "What takes long?"


def tokens(text: str) -> list[Token]:
    return [Token(word + " ") for word in text.split()]


def long_answer() -> Answer:
    length = quote(HARBOUR, "It is 412 metres long and cost 38 million euros.", 1)
    opened = quote(HARBOUR, "The harbour bridge in Lindau opened to traffic on Sunday.", 2)
    claims = [
        Claim("The bridge is 412 metres long and cost 38 million euros.", (length,)),
        Claim("It opened to traffic on a Sunday.", (opened,)),
    ]
    return answer(LONG, claims, BRIDGE_HITS, dropped=("It is the longest bridge in the country.",))


def mayor_answer() -> Answer:
    ribbon = quote(HARBOUR, "Mayor Ilse Brandt cut the ribbon in front of about 2,000 people.", 1)
    ferry = quote(FERRY, "The ferry between Lindau and the east bank will stop running on June 30.", 2)
    riders = quote(FERRY, "Its operator, Seeline, lost most of its riders to the bridge.", 3, 0.71)
    claims = [
        Claim("Mayor Ilse Brandt opened the bridge before about 2,000 people.", (ribbon,)),
        Claim("The ferry stops running on June 30, having lost most of its riders.", (ferry, riders)),
    ]
    return answer(MAYOR, claims, BRIDGE_HITS, confidence=0.58)


def disagreeing_answer() -> Answer:
    june = quote(FERRY, "The ferry between Lindau and the east bank will stop running on June 30.", 1)
    sunday = quote(HARBOUR, "Buses will cross from Monday.", 2)
    claims = [
        Claim(f"The articles disagree: according to “{FERRY.title}”, {june.quote}", (june,)),
        Claim(f"According to Lindau Courier (4 March 2024), {sunday.quote}", (sunday,)),
    ]
    return answer(WHEN, claims, BRIDGE_HITS, confidence=0.81)


def hostile_answer() -> Answer:
    nasty = quote(HOSTILE, HOSTILE.text[:60], 1)
    claims = [
        Claim("<img src=x onerror=alert(8)> ![x](https://outside.example/z.png) said **it** ${alert(9)}.", (nasty,))
    ]
    return answer(NASTY, claims, [hit(HOSTILE, HOSTILE.text[:90])])


def scripts() -> dict[str, list[Event | Pause | Exception | Step]]:
    from rag.errors import ModelError

    reason = "I looked for a toll for lorries and found nothing about tolls in these articles."
    broken = ModelError("llama.cpp failed while evaluating 812 tokens. Ask a shorter question.")
    return {
        LONG: [Retrieved(BRIDGE_HITS), "writing", *tokens("The bridge is 412 metres long and cost 38"), long_answer()],
        MAYOR: [Retrieved(BRIDGE_HITS), *tokens("Mayor Ilse Brandt opened"), mayor_answer()],
        WHEN: [Retrieved(BRIDGE_HITS), "reading", "checking", disagreeing_answer()],
        TOLL: [Retrieved(BRIDGE_HITS), refused(TOLL, reason, BRIDGE_HITS)],
        BROKEN: [Retrieved(BRIDGE_HITS), *tokens("The bridge"), broken],
        CRASH: [ValueError("shape (3,) is not (4,)")],
        NASTY: [
            Retrieved((hit(HOSTILE, HOSTILE.text[:90]),)),
            *tokens("<b>draft</b> <script>x</script>"),
            hostile_answer(),
        ],
        SLOW: [
            Retrieved(BRIDGE_HITS),
            "writing",
            *tokens("The harbour bridge in Lindau opened on"),
            Pause(),
            *tokens("Sunday."),
            long_answer(),
        ],
    }


def pause_of(scripts: Mapping[str, Script]) -> Pause:
    return next(step for step in scripts[SLOW] if isinstance(step, Pause))


def small_bot(corpus: Path, index: Path) -> Chatbot:
    """A real chatbot over real files, without a language model, under an embedder that can be worked out by hand."""
    opened = Index(index, FakeEmbedder())
    opened.sync(corpus)
    return Chatbot(Config(corpus=corpus, model="none"), opened, None)


def settle(bot: BackgroundBot) -> None:
    """Wait until nothing changes any more by itself."""
    eventually(lambda: bot.settled)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what another thread brings about."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)
