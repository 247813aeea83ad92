"""HTML to lines of text, one for each block element, without a tree: for pieces of pages, and for what no tree holds.

Uses the standard library only. Knows nothing about which lines are the article.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

_SILENT = frozenset(
    (
        *("script", "style", "noscript", "template", "svg", "nav", "aside", "footer", "form", "button", "select"),
        *("iframe", "title"),
    )
)
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "source", "wbr"))
_HIDING = frozenset(("div", "span", "table"))
"""What is hidden and always closed: where the end is left out, all that follows would be hidden too."""
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE)
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "font", "i", "kbd", "mark", "q", "s"),
        *("small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    )
)


def lines(source: str, hidden: bool = True) -> str:
    """The text, with empty lines between blocks; broken HTML is read as browsers do, as far as it goes. `hidden` is
    whether that counts which a style hides: a page may show it later, a message never does.

    >>> lines("<p>The bridge is <b>long</b>.<p>Buses&nbsp;go.").split("\\n\\n")
    ['The bridge is long.', 'Buses go.']
    """
    parser = _Reader(hidden)
    parser.feed(_without_comments(source))
    parser.close()
    return "\n\n".join(line for part in "".join(parser.parts).split("\n") if (line := " ".join(part.split())))


def _without_comments(source: str) -> str:
    """A comment that is never closed ends with the page, as in browsers; the parser would look for its end for ever."""
    kept: list[str] = []
    at = 0
    while (start := source.find("<!--", at)) >= 0:
        kept.append(source[at:start])
        end = source.find("-->", start + 4)
        at = end + 3 if end >= 0 else len(source)
    return "".join(kept) + source[at:]


class _Reader(HTMLParser):
    """Collects text outside of menus, scripts and forms, and with `hidden` what a style hides."""

    def __init__(self, hidden: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._hidden = hidden
        self.parts: list[str] = []
        self._silent: list[str] = []
        self._open: Counter[str] = Counter()  # the same, counted: the list may be long

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT or self._open[tag] or (not self._hidden and _is_hidden(tag, attrs)):
            self._silent.append(tag)
            self._open[tag] += 1
        elif tag not in _INLINE and not self._silent:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._open[tag]:
            closed = ""
            while closed != tag:  # with what was left open inside, as browsers do
                closed = self._silent.pop()
                self._open[closed] -= 1
        elif tag not in _INLINE and tag not in _VOID and not self._silent:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))


def _is_hidden(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    if tag not in _HIDING:
        return False
    known = dict(attrs)
    return "hidden" in known or _HIDDEN.search(known.get("style") or "") is not None
