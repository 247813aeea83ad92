"""`python -m eval.feedback feedback.jsonl out.jsonl`: what readers said of answers, as questions for `python -m eval`.

Knows nothing about the page that wrote the lines. A thumb up says that the answer is right: the question is answerable
and the citations are its evidence; for a refusal, that it is not. A thumb down says only that something is wrong, so
it gives no labels: the line carries a `note` for whoever writes them. The last word about a question counts, and a
question that was put to some articles is another one than the same put to all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rag import filters
from rag.errors import UsageError


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.feedback", description="Turn feedback into questions.")
    parser.add_argument("feedback", type=Path, help="feedback.jsonl of the user's data folder")
    parser.add_argument("out", type=Path, help="file of questions to write")
    args = parser.parse_args(argv)
    try:
        questions = convert(read(args.feedback))
        args.out.write_text("".join(json.dumps(question) + "\n" for question in questions), encoding="utf-8")
    except UsageError as error:
        print(f"eval.feedback: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"eval.feedback: {args.out} cannot be written: {error.strerror}. Name another file.", file=sys.stderr)
        return 2
    labelled = sum("answerable" in question for question in questions)
    print(f"{len(questions)} questions in {args.out}: {labelled} with labels, {len(questions) - labelled} with a note.")
    return 0


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a feedback file. Raises UsageError that names the bad line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The feedback in {path} cannot be read: {error}. Give a feedback.jsonl.") from error
    records = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                record = json.loads(line)
                question(record)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                reason = f"not a line of feedback ({type(error).__name__}: {error})"
                raise UsageError(f"{path}, line {number}: {reason}. Delete that line and run again.") from error
            records.append(record)
    return records


def convert(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A question for each that was judged, of the same articles and after the same history, in the order in which they
    were judged first."""
    last: dict[str, dict[str, Any]] = {}
    for record in records:
        line = question(record)
        last[line["id"]] = line
    return list(last.values())


def question(record: dict[str, Any]) -> dict[str, Any]:
    """One line of a question file.

    >>> answer = {"refused": False, "citations": [{"article": "a1", "quote": "They met in Geneva."}]}
    >>> line = question({"question": "Where?", "history": [], "verdict": "up", "word": "", "answer": answer})
    >>> line["answerable"], line["evidence"]
    (True, [{'article': 'a1', 'quote': 'They met in Geneva.'}])
    """
    asked, history, verdict = record["question"], record["history"], record["verdict"]
    if verdict not in ("up", "down"):
        raise ValueError(f"the verdict is {verdict!r}, neither up nor down")
    where = record.get("filters")
    if where:
        filters.parse(where)
    # The same question of the same articles keeps its id as the file grows, so that a run over it can be resumed.
    key = json.dumps([asked, history, where] if where else [asked, history])
    same = hashlib.sha256(key.encode()).hexdigest()[:12]
    line: dict[str, Any] = {"id": f"feedback-{same}", "question": asked, "history": history}
    if where:
        line["filters"] = where
    answer, word = record["answer"], record["word"].strip()
    if verdict == "up":
        line["answerable"] = not answer["refused"]
        if not answer["refused"]:
            line["evidence"] = [{"article": c["article"], "quote": c["quote"]} for c in answer["citations"]]
    if verdict == "down" or word:
        line["note"] = f"thumb {verdict}: {word}" if word else f"thumb {verdict}"
    return line


if __name__ == "__main__":
    raise SystemExit(main())
