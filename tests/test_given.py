"""What a program hands over wrongly is said before anything is searched; what is harmless is taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.chat import Chatbot
from rag.config import Config
from rag.errors import QuestionError, UsageError
from rag.index import Index
from rag.types import Filters, Turn
from tests.fakes import FakeEmbedder

QUESTION = "How long is the harbour bridge?"
EARLIER = Turn("Where is the harbour bridge?", "In Lindau.")


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def bot(corpus: Path, tmp_path: Path, embedder: FakeEmbedder) -> Iterator[Chatbot]:
    index = Index(tmp_path / "index", embedder)
    index.sync(corpus)
    with Chatbot(Config(model="none"), index, None) as bot:
        embedder.calls.clear()
        yield bot


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("question", value) for value in (None, QUESTION.encode(), 7, [QUESTION])),
        *(("as_of", value) for value in ("2024-11-04", 20241104)),
        *(("history", value) for value in (7, "Where?", [None], [("Where?", "There.")], [{"question": "Where?"}])),
        *(("history", [turn]) for turn in (Turn(QUESTION, None), Turn(b"Where?", ""))),  # type: ignore[arg-type]
        *(("where", value) for value in ({"publishers": ["Lindau Post"]}, "Lindau Post")),
    ],
)
def test_a_wrong_type_is_said_before_anything_is_searched(
    bot: Chatbot, embedder: FakeEmbedder, name: str, value: Any
) -> None:
    given = {"question": QUESTION} | {name: value}
    with pytest.raises(QuestionError if name == "question" else UsageError) as error:
        bot.ask(**given)
    assert name in str(error.value).lower()
    assert embedder.calls == []


@pytest.mark.parametrize("value", [None, QUESTION.encode()])
def test_nor_is_it_searched_for_or_checked(bot: Chatbot, value: Any) -> None:
    for call in (bot.search, bot.check):
        with pytest.raises(QuestionError, match=r"is a text, and not"):
            call(value)


@pytest.mark.parametrize("k", [0, -1, 2.5, "3", None])
def test_passages_are_counted_in_whole_numbers(bot: Chatbot, embedder: FakeEmbedder, k: Any) -> None:
    with pytest.raises(UsageError, match=r"`k` is .* whole number from 1 on"):
        bot.search(QUESTION, k=k)
    assert embedder.calls == []


def test_what_is_harmless_is_taken(bot: Chatbot) -> None:
    question = "And what did it cost?"
    asked = [bot.ask(question, history) for history in ([EARLIER], (EARLIER,), iter([EARLIER]))]  # type: ignore[arg-type]
    assert len({(answer.text, answer.hits) for answer in asked}) == 1
    assert bot.ask(QUESTION, None).hits == bot.ask(QUESTION).hits  # type: ignore[arg-type]
    assert bot.ask(QUESTION, as_of=datetime(2024, 11, 4, 9, 30)).text == bot.ask(QUESTION, as_of=date(2024, 11, 4)).text
    assert len(bot.search(QUESTION, k=np.int64(2))) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [{"after": "2024-01-01"}, {"before": 2024}, {"articles": 7}, {"publishers": [None]}, {"languages": [b"en"]}],
)
def test_filters_of_other_types_are_not_made(fields: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"`{min(fields)}` is"):
        Filters(**fields)


def test_a_moment_narrows_as_its_day_does() -> None:
    assert Filters(after=datetime(2024, 11, 4, 9, 30)) == Filters(after=date(2024, 11, 4))


@pytest.mark.parametrize(
    "settings",
    [
        {"retrieval": "foo"},
        {"top_k": 0},
        {"top_k": 2.5},
        {"per_article": 0},
        {"n_ctx": -1},
        {"max_answer_tokens": 0},
        {"answer_threshold": 1.5},
        {"answer_threshold": float("nan")},
        {"support_threshold": "high"},
        {"where": {"publishers": ["CGTN"]}},
    ],
)
def test_settings_that_answer_nothing_are_turned_down(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"`{min(settings)}` is"):
        Config(**settings)
