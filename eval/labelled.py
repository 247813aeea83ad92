"""Pages whose body and fields are known: those of eval/pages, written for this, and the seeds.

A page begins with `=== name`, then come its fields (`# title: …`; what is not listed the page does not say), then its
source. `⟦…⟧` surrounds what is body, `⟪…⟫` what may go either way; the marks are taken out. Of a seed, `# body:` names
the lines of the file. Every third page of a file is held out: nothing is to be tuned on it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from importlib import resources

from rag.config import SEEDS

FIELDS = ("title", "publisher", "author", "published", "language", "url", "section")

_MARKS = re.compile("[⟦⟧⟪⟫]")
_TAG = re.compile(r"<[^>]*>")
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")


@dataclass(frozen=True)
class Page:
    """`source` is what is read; `body` and `neutral` are the labelled texts, in order and without markup."""

    name: str
    source: str
    fields: dict[str, str]
    body: str
    neutral: str
    held: bool

    @property
    def is_html(self) -> bool:
        return self.source.lstrip().startswith("<")

    def scores(self, text: str) -> tuple[float, float]:
        """Precision and recall of the tokens of `text` against the body, repetitions counted; the title may stand in
        it or not."""
        got, body = tokens(text), tokens(self.body)
        extra = got - body - tokens(self.neutral) - tokens(self.fields.get("title", ""))
        return 1 - extra.total() / max(1, got.total()), (got & body).total() / max(1, body.total())


def tokens(text: str) -> Counter[str]:
    """Words in lower case; in scripts without spaces, characters.

    >>> sorted(tokens("The bridge, 図書")) == ["bridge", "the", "図", "書"]
    True
    """
    return Counter(_TOKEN.findall(text.casefold()))


def pages() -> list[Page]:
    """All pages, file by file, in their order."""
    found: list[Page] = []
    for name in ("english", "languages", "raw", "seeds"):
        text = resources.files("eval").joinpath("pages", f"{name}.txt").read_text("utf-8")
        parts = text.split("=== ")[1:]
        found += [_page(part, held=index % 3 == 2) for index, part in enumerate(parts)]
    return found


def _page(part: str, held: bool) -> Page:
    name, *lines = part.splitlines()
    fields: dict[str, str] = {}
    while lines and lines[0].startswith("# "):
        key, value = lines.pop(0)[2:].split(": ", 1)
        fields[key] = value
    if ranges := fields.pop("body", None):
        source = (SEEDS / f"{name}.txt").read_text("utf-8")
        chosen = [slice(int(first) - 1, int(last)) for first, last in (part.split("-") for part in ranges.split())]
        body = "\n".join(line for part in chosen for line in source.splitlines()[part])
        return Page(name, source, fields, body, "", held)
    marked = "\n".join(lines)
    return Page(name, _MARKS.sub("", marked), fields, _inside(marked, "⟦⟧"), _inside(marked, "⟪⟫"), held)


def _inside(marked: str, pair: str) -> str:
    found = re.findall(f"{pair[0]}(.*?){pair[1]}", marked, re.DOTALL)
    return "\n".join(html.unescape(_TAG.sub(" ", text)) for text in found)
