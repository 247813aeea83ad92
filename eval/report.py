"""Writes a run as report.html, one file that opens in any browser without a network, and as metrics.json.

Knows nothing about how the figures came about. Questions, answers and articles are untrusted: all text goes through
`html.escape`, and the page holds no script.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

from eval.plots import PICTURES
from eval.questions import Question
from eval.score import verdicts
from eval.summary import METRICS, Figure, Measured
from rag.errors import DiskFull

CSS = """
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd}
td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums} small,.dim{color:#666}
table.numbers{width:auto} .numbers th:not(:first-child){text-align:right}
figure{display:inline-block;width:48%;min-width:20rem;margin:0 .5% 1rem;vertical-align:top} img{width:100%}
.good{color:#176b3a}.bad{color:#b3261e} blockquote{margin:.3rem 0 0;padding-left:.6rem;border-left:3px solid #ccc}
"""
GOOD = ("right", "rightly refused")
BAD = ("wrong", "wrongly refused", "wrongly answered", "failed")


def write(folder: Path, questions: Sequence[Question], systems: Sequence[Measured], facts: Mapping[str, str]) -> Path:
    """Write both files and return the page's path. `systems`: the run, then its baselines. Raises DiskFull."""
    page = folder / "report.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        page.write_text(html(questions, systems, facts), encoding="utf-8")
        figures = json.dumps(as_json(systems, facts), indent=1, ensure_ascii=False)
        (folder / "metrics.json").write_text(figures + "\n", encoding="utf-8")
    except OSError as error:
        raise DiskFull(f"The report cannot be written to {folder}: {error}. Give another --report.") from error
    return page


def as_json(systems: Sequence[Measured], facts: Mapping[str, str]) -> dict[str, Any]:
    """{"run": facts, "questions": n, "systems": {name: {metric: {"value", "low", "high", "n"}}}}"""
    return {
        "run": dict(facts),
        "questions": len(systems[0].predictions),
        "systems": {s.name: {name: asdict(figure) for name, figure in s.figures.items()} for s in systems},
    }


def html(questions: Sequence[Question], systems: Sequence[Measured], facts: Mapping[str, str]) -> str:
    """The whole page."""
    outcome = verdicts(questions, systems[0].predictions, systems[0].columns)
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Footnote: evaluation</title>",
        f"<style>{CSS}</style></head><body><h1>Footnote: evaluation</h1>",
        f"<p class='dim'>{escape(' · '.join(f'{name}: {value}' for name, value in facts.items()))}</p>",
        "<h2>Figures</h2><p class='dim'>With 95 % bootstrap intervals; n is the number of questions behind a figure."
        " A metric whose fields are missing is left out.</p>",
        _figures(systems),
        "<h2>Pictures</h2>",
        *_pictures(systems),
        "<h2>By kind of question</h2>",
        _kinds(questions, outcome),
        "<h2>Every question</h2>",
        _questions(questions, systems[0].predictions, outcome),
        "<h2>Definitions</h2>",
        _definitions(systems),
        "</body></html>",
    ]
    return "\n".join(parts)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]], look: str = "") -> str:
    """`head` is plain text; the cells are HTML, with their <td>. `look` "numbers": all but the first column are."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table class='{look}'><thead><tr>{heads}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _cell(text: object) -> str:
    return f"<td>{escape(str(text))}</td>"


def _number(figure: Figure | None) -> str:
    if figure is None:
        return "<td class='n'>–</td>"
    return f"<td class='n'>{figure.value:.3f} <small>{figure.low:.3f}–{figure.high:.3f}, n={figure.n}</small></td>"


def _figures(systems: Sequence[Measured]) -> str:
    shown = [metric for metric in METRICS if any(metric.name in s.figures for s in systems)]
    rows = ([_cell(m.label), *(_number(s.figures.get(m.name)) for s in systems)] for m in shown)
    return _table(["Metric", *(s.name for s in systems)], rows, "numbers")


def _pictures(systems: Sequence[Measured]) -> Iterable[str]:
    for title, draw in PICTURES.items():
        picture = draw(systems)
        if picture:
            data = b64encode(picture).decode("ascii")
            caption = f"{title}. {(draw.__doc__ or '').strip()}"
            yield (
                f"<figure><img alt='{escape(title)}' src='data:image/png;base64,{data}'>"
                f"<figcaption>{escape(caption)}</figcaption></figure>"
            )


def _kinds(questions: Sequence[Question], outcome: Sequence[str]) -> str:
    kinds = dict.fromkeys(q.kind or "–" for q in questions)
    tallies = {
        kind: Counter(o for q, o in zip(questions, outcome, strict=True) if (q.kind or "–") == kind) for kind in kinds
    }
    names = dict.fromkeys((*(n for n in (*GOOD, *BAD) if n in outcome), *outcome))
    rows = (
        [_cell(kind), *(f"<td class='n'>{tally[name] or ''}</td>" for name in names)] for kind, tally in tallies.items()
    )
    return _table(["Kind", *names], rows, "numbers")


def _questions(questions: Sequence[Question], predictions: Mapping[str, Any], outcome: Sequence[str]) -> str:
    rows = (_question(q, predictions[q.id], o) for q, o in zip(questions, outcome, strict=True))
    return _table(["Id", "Question", "Answer and footnotes", "Verdict", "Confidence", "s"], rows)


def _question(question: Question, prediction: Mapping[str, Any], outcome: str) -> list[str]:
    earlier = "".join(f"<div class='dim'>{escape(t.question)} — {escape(t.answer)}</div>" for t in question.history)
    text = f"Error: {prediction['error']}" if prediction.get("error") else str(prediction["answer"])
    quotes = "".join(
        f"<blockquote>[{int(c['number'])}] {escape(str(c['quote']))}"
        f"<br><small>{escape(str(c.get('title') or c['article']))}</small></blockquote>"
        for c in prediction.get("citations", ())
    )
    look = "good" if outcome in GOOD else "bad" if outcome in BAD else "dim"
    confidence, seconds = prediction.get("confidence"), prediction.get("seconds", {}).get("total")
    return [
        f"<td>{escape(question.id)}<br><small>{escape(question.kind or '')}</small></td>",
        f"<td>{earlier}{escape(question.question)}</td>",
        f"<td>{escape(text)}{quotes}</td>",
        f"<td class='{look}'>{escape(outcome)}</td>",
        *(f"<td class='n'>{'–' if value is None else f'{value:.2f}'}</td>" for value in (confidence, seconds)),
    ]


def _definitions(systems: Sequence[Measured]) -> str:
    shown = [m for m in METRICS if any(m.name in s.figures for s in systems)]
    texts = dict.fromkeys(m.definition for m in shown)
    return "".join(f"<p>{escape(text)}</p>" for text in texts)
