"""Asks the chatbot every question and keeps its answers, one line each, so that a run can be stopped and resumed.

Knows nothing about metrics. A prediction line is `Answer.to_dict()` with the question's id, and with `settings`: what
the run's Config changes from the defaults, the version of Footnote, and fingerprints of its weights and of the
articles. A question that cannot be asked (QuestionError) gets a line of the same shape, empty, with the reason in
`error`: it counts as failed, and as neither answered nor refused. Any other error ends the run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import rag
from eval.questions import Question
from rag.config import Config
from rag.errors import DiskFull, QuestionError, UsageError
from rag.machine import DISTRIBUTION, release
from rag.types import Answer, Article, Filters, Seconds, Turn


class Bot(Protocol):
    """The part of a Chatbot that a run needs."""

    def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, where: Filters | None = None
    ) -> Answer: ...


PLACES = ("index", "home", "n_threads", "llm_timeout")
"""Settings that change where and how fast a run goes, not what it says."""


PACKAGE = Path(rag.__file__).parent
FITTED = (".json", ".gguf")
"""What weights are kept in, beside the code."""

NEEDED = {"id", "question", "answer", "refused", "confidence", "citations", "hits", "seconds"}
"""What a prediction must hold to be scored."""


def settings(config: Config, articles: Iterable[Article]) -> dict[str, str]:
    """What a Config changes from the defaults, in words that a JSON line can hold, and what the articles said.

    Offsets are worth nothing once an article, or the way it is cleaned, has changed: the fingerprint then does too.
    Answers of other weights, or of another version, are those of another system.

    >>> found = settings(Config(model="none", index="/tmp/i"), [])
    >>> list(found), found["articles"]
    (['model', 'version', 'weights', 'articles'], 'e3b0c44298fc')
    """
    default = Config()
    names = [field.name for field in fields(Config) if field.name not in PLACES]
    changed = {name: str(getattr(config, name)) for name in names if getattr(config, name) != getattr(default, name)}
    seen = hashlib.sha256()
    for line in sorted(f"{article.id}\n{article.text}\n" for article in articles):
        seen.update(line.encode("utf-8", "surrogatepass"))
    made = {"version": release(DISTRIBUTION), "weights": weights(), "articles": seen.hexdigest()[:12]}
    return changed | made


@cache
def weights(folder: Path = PACKAGE) -> str:
    """A fingerprint of everything that was fitted and that Footnote ships with."""
    seen = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in FITTED):
        seen.update(path.name.encode() + b"\n" + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()[:12]


def failed(question: str, error: QuestionError) -> dict[str, Any]:
    """The line of a question that cannot be asked: nothing of an answer, and why."""
    nothing = Answer(question, "", (), (), (), None, 0.0, Seconds(0.0, None, 0.0))
    return nothing.to_dict() | {"error": str(error)}


def ask_all(
    bot: Bot, questions: Sequence[Question], known: Mapping[str, Any], stamp: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield a prediction for each question that is not in `known`. Raises FootnoteError, except QuestionError."""
    for question in questions:
        if question.id in known:
            continue
        try:
            where = {"where": question.where} if question.where else {}
            answer = bot.ask(question.question, history=question.history, as_of=question.as_of, **where).to_dict()
        except QuestionError as error:
            answer = failed(question.question, error)
        except Exception as error:
            error.add_note(f"The question was {question.id!r}: {question.question!r}")
            raise
        yield {"id": question.id, **answer, "settings": stamp}


def run(
    bot: Callable[[], Bot],
    questions: Sequence[Question],
    path: Path | None,
    stamp: dict[str, str],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, dict[str, Any]]:
    """Predictions by question id; those that `path` holds already are not asked again.

    `bot` is called once, and only when a question is left. `path` None keeps the predictions in memory.
    Raises FootnoteError; what was answered before stays in the file.
    """
    known = resume(path, questions, stamp) if path else {}
    progress(len(known), len(questions))
    if len(known) == len(questions):
        return known
    for prediction in ask_all(bot(), questions, dict(known), stamp):
        if path:
            append(path, prediction)
        known[prediction["id"]] = prediction
        progress(len(known), len(questions))
    return known


def append(path: Path, prediction: Mapping[str, Any]) -> None:
    """Write one line, whole and flushed. Raises DiskFull."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(prediction, ensure_ascii=False) + "\n")
    except OSError as error:
        raise DiskFull(f"The predictions cannot be written to {path}: {error}. Make room and run again.") from error


def resume(path: Path, questions: Sequence[Question], stamp: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The predictions that a file holds for these questions; makes the file, or cuts off a half-written last line.

    Raises UsageError when the file belongs to a run with other settings or to other questions under the same ids.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        if not path.is_file():
            raise OSError("it is not a file")
        data = path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            # Stopped in the middle of a line: that question is asked again.
            with path.open("r+b") as file:
                file.truncate(len(whole))
        lines = whole.decode("utf-8").split("\n")[:-1]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The predictions in {path} cannot be used: {error}. Give another --predictions.") from error
    asked = {question.id: question.question for question in questions}
    known = {}
    for number, line in enumerate(lines, start=1):
        prediction = _read_line(path, number, line)
        if prediction["id"] in asked:
            _must_match(path, number, prediction, asked[prediction["id"]], stamp)
            known[prediction["id"]] = prediction
    return known


def _read_line(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        prediction = json.loads(line)
        missing = NEEDED - prediction.keys()
        if missing:
            raise KeyError(*sorted(missing))
    except (ValueError, AttributeError, KeyError) as error:
        raise UsageError(
            f"{path}, line {number} is not a prediction ({error!r}). Take that line out, or give another --predictions."
        ) from error
    return prediction


def _must_match(path: Path, number: int, prediction: dict[str, Any], question: str, stamp: dict[str, str]) -> None:
    if prediction["question"] != question:
        raise UsageError(
            f"{path}, line {number}: {prediction['id']!r} was another question then: {prediction['question']!r}. "
            "Give another --predictions, or delete the file to start over."
        )
    if prediction.get("settings", stamp) != stamp:
        raise UsageError(
            f"{path}, line {number} was made with {prediction['settings']}, this run has {stamp}. "
            "Give another --predictions, or delete the file to start over."
        )
