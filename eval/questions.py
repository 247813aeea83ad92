"""Reads question files. Knows nothing about the chatbot, about predictions, or about metrics.

One JSON object a line; only `id` and `question` are required:

    {"id", "question", "history": [{"question", "answer"}], "as_of": "2022-06-16", "answerable": true,
     "answers": ["Geneva"], "parts": [["Huawei"], ["Baidu"]], "reference": ["a long answer"],
     "evidence": [{"article": "id or file name", "quote": "verbatim"}], "kind": "date",
     "filters": {"articles": ["bridge.txt"], "publishers": ["CGTN"], "after": "2024-01-01", "before": "2024-12-31",
                 "languages": ["en"]}}

`answers`: any one of them makes an answer right. `parts`: all are needed, each in one of its wordings (lists,
comparisons). A field that is left out stays unknown: no metric guesses it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rag import filters
from rag.errors import UsageError
from rag.types import Filters, Turn

SHIPPED = Path(__file__).resolve().parent / "questions.jsonl"
"""The questions over seeds/, written by hand."""

_PLURALS = {str: "texts", dict: "objects", list: "lists"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of an article that hold the answer. `article` is an article's id, its source, or its file name."""

    article: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file; empty tuples and None where the line says nothing."""

    id: str
    question: str
    history: tuple[Turn, ...] = ()
    as_of: date | None = None
    answerable: bool | None = None
    answers: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    reference: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    kind: str | None = None
    where: Filters | None = None


def read(path: str | Path, limit: int | None = None) -> list[Question]:
    """The questions of a file, in its order, the first `limit` of them. Raises UsageError that names the bad line."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The questions in {path} cannot be read: {error}. Give a UTF-8 .jsonl file.") from error
    questions: dict[str, Question] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = parse(line)
            if question.id in questions:
                raise ValueError(f"the id {question.id!r} was used before")
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path}, line {number}: {error}. Correct that line and run again.") from error
        questions[question.id] = question
    if not questions:
        raise UsageError(f"{path} holds no questions. Write one JSON object a line, with `id` and `question`.")
    return list(questions.values())[:limit]


def parse(line: str) -> Question:
    """One line of a question file. Raises ValueError in words that fit behind "line 7: ".

    >>> parse('{"id": "q1", "question": "Where?", "answers": ["Geneva"]}').answers
    ('Geneva',)
    """
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error})") from error
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")
    # A missing field and null mean the same: unknown.
    fields = {name: value for name, value in fields.items() if value is not None}
    return Question(
        id=_id(fields),
        question=_text(fields, "question"),
        history=tuple(_turn(turn) for turn in _list(fields, "history", dict)),
        as_of=_date(fields),
        answerable=_one(fields, "answerable", bool, "true or false"),
        answers=tuple(_list(fields, "answers", str)),
        parts=tuple(tuple(_list({"parts": part}, "parts", str)) for part in _list(fields, "parts", list)),
        reference=tuple(_list(fields, "reference", str)),
        evidence=tuple(Evidence(_text(e, "article"), _text(e, "quote")) for e in _list(fields, "evidence", dict)),
        kind=_one(fields, "kind", str, "text"),
        where=filters.parse(_one(fields, "filters", dict, "an object")) if "filters" in fields else None,
    )


def _id(fields: dict[str, Any]) -> str:
    """Numbers are taken as ids too: other people's files have them."""
    value = fields.get("id")
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        raise ValueError("`id` is missing or not text")
    return str(value)


def _turn(fields: dict[str, Any]) -> Turn:
    return Turn(_text(fields, "question"), _one(fields, "answer", str, "text") or "")


def _text(fields: dict[str, Any], name: str) -> str:
    if not isinstance(fields.get(name), str):
        raise ValueError(f"`{name}` is missing or not text")
    return fields[name]


def _one(fields: dict[str, Any], name: str, kind: type, called: str) -> Any:
    value = fields.get(name)
    if value is not None and not isinstance(value, kind):
        raise ValueError(f"`{name}` is not {called}")
    return value


def _list(fields: dict[str, Any], name: str, kind: type) -> list[Any]:
    value = fields.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise ValueError(f"`{name}` is not a list of {_PLURALS[kind]}")
    return value


def _date(fields: dict[str, Any]) -> date | None:
    value = fields.get("as_of")
    try:
        return None if value is None else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"`as_of` is {value!r}, not a date such as 2024-11-04") from None
