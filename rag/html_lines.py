"""HTML to lines of text, one for each block element, without a tree: for pieces of pages, and for what no tree holds.

Uses the standard library only. Knows nothing about which lines are the article.
"""

from __future__ import annotations

from html.parser import HTMLParser

_SILENT = frozenset(
    (
        *("script", "style", "noscript", "template", "svg", "nav", "aside", "footer", "form", "button", "select"),
        *("iframe", "title"),
    )
)
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "source", "wbr"))
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "font", "i", "kbd", "mark", "q", "s"),
        *("small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    )
)


def lines(source: str) -> str:
    """The visible text, with empty lines between blocks; broken HTML is read as browsers do, as far as it goes.

    >>> lines("<p>The bridge is <b>long</b>.<p>Buses&nbsp;go.").split("\\n\\n")
    ['The bridge is long.', 'Buses go.']
    """
    parser = _Reader()
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
    """Collects text outside of menus, scripts and forms."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag not in _INLINE and not self._silent:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:  # close what was left open inside, as browsers do
            while self._silent.pop() != tag:
                pass
        elif tag not in _INLINE and tag not in _VOID and not self._silent:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))
