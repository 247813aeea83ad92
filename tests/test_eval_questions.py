"""Question files: what is read, what is turned down, and that the shipped questions are sound."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from eval.locate import Library
from eval.questions import SHIPPED, Evidence, Question, parse, read
from rag.config import SEEDS
from rag.errors import UsageError
from rag.reading import read_corpus
from rag.types import Article, Filters, Turn

KINDS = {
    "fact",
    "list",
    "quote",
    "comparison",
    "follow-up",
    "date",
    "false premise",
    "near miss",
    "off-topic",
    "misbehave",
}


def test_a_full_line_is_read() -> None:
    line = {
        "id": 7,
        "question": "And when?",
        "history": [{"question": "Where?", "answer": "Geneva"}, {"question": "Who?"}],
        "as_of": "2022-06-16",
        "answerable": False,
        "answers": ["May"],
        "parts": [["a", "b"], ["c"]],
        "reference": ["In May."],
        "evidence": [{"article": "x.txt", "quote": "In May"}],
        "kind": None,
        "filters": {"articles": ["x.txt"], "after": "2024-01-01"},
        "note": "ignored",
    }
    assert parse(json.dumps(line)) == Question(
        "7",
        "And when?",
        (Turn("Where?", "Geneva"), Turn("Who?")),
        date(2022, 6, 16),
        False,
        ("May",),
        (("a", "b"), ("c",)),
        ("In May.",),
        (Evidence("x.txt", "In May"),),
        where=Filters(frozenset(["x.txt"]), after=date(2024, 1, 1)),
    )


def test_what_a_line_leaves_out_stays_unknown(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('\ufeff{"id": "1", "question": ""}\n\n{"id": "2", "question": "Where?"}', encoding="utf-8")
    assert read(file) == [Question("1", ""), Question("2", "Where?")]
    assert read(file, limit=1) == [Question("1", "")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "line 2"),
        ("[]", "not a JSON object"),
        ('{"question": "Where?"}', "`id`"),
        ('{"id": "2"}', "`question`"),
        ('{"id": "2", "question": 5}', "`question`"),
        ('{"id": "1", "question": "Where?"}', "used before"),
        ('{"id": "2", "question": "?", "as_of": "yesterday"}', "`as_of` is 'yesterday'"),
        ('{"id": "2", "question": "?", "as_of": 2022}', "`as_of`"),
        ('{"id": "2", "question": "?", "filters": {"day": 1}}', "no filter day"),
        ('{"id": "2", "question": "?", "filters": []}', "`filters` is not an object"),
        ('{"id": "2", "question": "?", "answerable": "yes"}', "`answerable`"),
        ('{"id": "2", "question": "?", "answers": "Geneva"}', "`answers`"),
        ('{"id": "2", "question": "?", "parts": ["Geneva"]}', "`parts`"),
        ('{"id": "2", "question": "?", "history": ["Where?"]}', "`history`"),
        ('{"id": "2", "question": "?", "evidence": [{"article": "a"}]}', "`quote`"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(f'{{"id": "1", "question": "Where?"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="line 2") as error:
        read(file)
    assert problem in str(error.value)


@pytest.mark.parametrize("content", [b"", b"\n \n", b'\xff\xfe{"id"'])
def test_a_file_without_questions_is_turned_down(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "q.jsonl"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"q\.jsonl"):
        read(file)
    with pytest.raises(UsageError, match="missing"):
        read(tmp_path / "missing")


def test_evidence_is_found_by_id_source_or_file_name() -> None:
    first = Article("a1", None, "They met\nin Geneva.", source="news/talks.txt")
    second = Article("a2", None, "It rained. They met in Bern.", source="old/talks.txt")
    library = Library([first, second])
    for name in ("a1", "news/talks.txt", "talks.txt"):
        assert library.spans([Evidence(name, "met in Geneva")]) == [("a1", 5, 18)]
    assert library.spans([Evidence("talks.txt", "in Bern")]) == [("a2", 20, 27)]
    assert library.spans([Evidence("a1", "in Bern"), Evidence("b", "in"), Evidence("a1", " ")]) == [None] * 3
    assert library.ids([Evidence("talks.txt", ""), Evidence("nowhere", "")]) == {"a1", "a2"}


def test_gold_sentences_are_those_a_quote_mostly_covers_or_lies_in() -> None:
    article = Article("a", None, "They met in Geneva. It rained. Nobody spoke.")
    sentences = Library([article]).sentences([("a", 12, 18), ("a", 0, 18), ("a", 18, 30)])
    assert sentences == [("a", 0, 19), ("a", 20, 30)]


def test_the_shipped_questions_are_enough_and_of_every_kind() -> None:
    shipped = read(SHIPPED)
    assert len(shipped) >= 75
    assert sum(q.answerable is False for q in shipped) >= 28
    kinds = Counter(q.kind for q in shipped)
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 5
    assert all(q.history for q in shipped if q.kind == "follow-up")
    assert len({(q.question, q.history) for q in shipped}) == len(shipped)


def test_every_shipped_quote_stands_in_its_article_once_and_in_one_paragraph() -> None:
    texts = {Path(article.source).name: article.text for article in read_corpus(SEEDS).articles}
    for question in read(SHIPPED):
        for evidence in question.evidence:
            assert texts[evidence.article].count(evidence.quote) == 1, (question.id, evidence)
            assert "\n" not in evidence.quote


def test_shipped_questions_can_be_judged_and_their_answers_stand_in_the_evidence() -> None:
    """An accepted answer that the evidence does not hold could never be right with a footnote; yes and no aside."""
    from eval.metrics import containment

    for question in read(SHIPPED):
        if not question.answerable:
            known = (question.answers, question.parts, question.reference, question.evidence)
            assert known == ((), (), (), ()), question.id
            continue
        assert question.reference, question.id
        quotes = " ".join(evidence.quote for evidence in question.evidence)
        for text in (quotes, *question.reference):
            assert containment(text, question.answers, question.parts) == 1, (question.id, text)


@pytest.mark.parametrize("name", ["news", "unseen"])
def test_the_other_sets_have_their_articles_beside_them_and_their_quotes_in_them(name: str) -> None:
    folder = SHIPPED.parent / name
    library = Library(read_corpus(folder / "articles.jsonl").articles)
    questions = read(folder / "questions.jsonl")
    assert len({q.id for q in questions}) == len(questions) >= 60
    assert library.missing(questions) == []
    assert all(bool(q.evidence) == bool(q.reference) == q.answerable for q in questions)
