"""Raw pages with every line labelled, in the manner of web scrapes, written for these tests.

Format: `=== name`, then `# title: …`, `# publisher: …`, `# published: …`, then the page's lines: `+ ` is body, `- ` is
not, `? ` may go either way.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Labelled:
    name: str
    expected: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)

    @property
    def raw(self) -> str:
        return "\n".join(line for _, line in self.lines)

    def words(self, label: str) -> Counter[str]:
        return sum((tokens(line) for kind, line in self.lines if kind == label), Counter())

    def scores(self, text: str) -> tuple[float, float]:
        """Precision and recall of the words of `text` against the body, repetitions counted."""
        got, body = tokens(text), self.words("+")
        extra = got - body - self.words("?")
        return 1 - extra.total() / max(1, got.total()), (got & body).total() / max(1, body.total())


def tokens(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def labelled_pages() -> list[Labelled]:
    pages: list[Labelled] = []
    for file in sorted(Path(__file__).parent.glob("*.txt")):
        for line in file.read_text("utf-8").splitlines():
            if line.startswith("=== "):
                pages.append(Labelled(line[4:]))
            elif line.startswith("# "):
                key, value = line[2:].split(": ", 1)
                pages[-1].expected[key] = value
            elif line:
                pages[-1].lines.append((line[0], line[2:]))
    return pages
