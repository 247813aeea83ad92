"""A saved web page to the text of its article and what it says about itself.

trafilatura finds the body, after elements whose names give them away as furniture are taken out; `rag.clean` then goes
over its lines. `python -m eval.extraction` measures the three together. What is too large or too deep for a tree is
read line by line.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from rag.html_about import About, about
from rag.html_lines import lines

MAX_TREE = 8_000_000
"""Characters of markup, scripts and embedded pictures left out, of which a tree is built."""
MAX_HEAD = 500_000
"""Characters at the beginning of a larger page among which is looked for what it says about itself."""
MAX_ELEMENTS = 25_000
"""Of a page with more, furniture left out, trafilatura is not asked: its time grows with the square of short lines."""
SURE_CHARS = 250
"""Of a shorter text trafilatura is not sure itself, and breaks lines at each bold word."""
SHARE = 0.25
"""An element with more of the page's text than this is no furniture, whatever its name."""

LAID_CHARS = 300
"""A cell with so much text is a column of the page, and its table none of data."""

_LOOKS_LIKE_HTML = re.compile(r"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s]{200,}")
_LINKED = "ld+json"
_RULE = re.compile(r"\|(?:-+\|)+\s*$")
"""The line that trafilatura draws below the headings of a table."""
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:"
    r"cookies?|consent|gdpr|cmp|onetrust|didomi|newsletters?|subscri(?:be|ption)\w*|sign-?up|paywall|promos?|recirc\w*|"
    r"related\w*|recommend\w*|read-?(?:more|next|also)|more-?(?:on|from|stories|news|info)|trending|popular|teasers?|"
    r"most-?(?:read|popular|viewed|shared|commented)|share\w*|sharing|social\w*|comments?|disqus\w*|respond|"
    r"ads?|adv|adverts?|advertis\w+|ad-?slot|dfp|outbrain|taboola|sponsor\w*|partner|cta|callout|"
    r"caption|wp-caption-text|credits?|byline|dateline|author-?(?:box|bio|info|card)|bio|tags|tag-?(?:cloud|list)|"
    r"breadcrumbs?|pager|pagination|rating|poll|app-?(?:promo|banner)|skip-?link|toolbar|pull-?quote"
    r")(?=$|[\s_-])",
    re.IGNORECASE,
)
_FURNITURE_TAGS = frozenset(
    ("aside", "nav", "form", "button", "figcaption", "dialog", "iframe", "noscript", "select", "template")
)
_FURNITURE_ROLES = frozenset(("dialog", "alertdialog", "navigation", "complementary", "contentinfo", "search"))
_NO_TEXT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|"
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])|x0*(?:[0-8bcef]|1[\da-f]|fff[ef]))(?:;|(?![\da-f]))",
    re.IGNORECASE,
)
"""Control characters, also by number: the parser takes these in, and then refuses to move the text that has them."""
_NEVER = frozenset(("html", "body", "main", "article", "h1"))


def looks_like_html(text: str) -> bool:
    return _LOOKS_LIKE_HTML.search(text[:2000]) is not None


def read_html(source: str) -> tuple[str, About]:
    """The lines of the article, an empty line between them, and what the page says about itself.

    >>> read_html("<html><title>Bridge opens</title><nav>Home</nav><p>It is <b>long</b>.</p></html>")[0]
    'It is long.'
    """
    small = _EMBEDDED.sub("data:,", without_scripts(source))
    tree = _tree(small) if len(small) <= MAX_TREE else None
    if tree is None:
        head = _tree(small[:MAX_HEAD].partition("<body")[0])
        return lines(small), About() if head is None else about(head)
    known = about(tree)
    _prune(tree)
    if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        return _lines(tree), known
    _unfold(tree)
    return _body(tree) or lines(small), known


def without_scripts(source: str) -> str:
    """The page without scripts, but for those that hold data about it, and without style sheets.

    >>> without_scripts("<p>One<script>a()</script><style>p {}</style> two")
    '<p>One two'
    """
    lower = source.lower()
    if len(lower) != len(source):  # some letters change their length: then offsets would not fit
        lower = source
    kept: list[str] = []
    at = 0
    for start in re.finditer(r"<(script|style)\b", lower):
        if start.start() < at:
            continue
        opened = lower.find(">", start.end())
        ended = lower.find(f"</{start[1]}", start.end())
        closed = lower.find(">", ended) if ended >= 0 else -1
        if opened < 0 or closed < 0:
            break
        if _LINKED in lower[start.end() : min(opened, start.end() + 300)]:
            kept.append(source[at : closed + 1])
        else:
            kept.append(source[at : start.start()])
        at = closed + 1
    return "".join(kept) + source[at:]


def _tree(source: str) -> Any:
    """The tree of a page; None where there is none, or where it is deeper than the parser goes."""
    from lxml import etree, html

    parser = html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        tree = html.document_fromstring(_NO_TEXT.sub(" ", source).encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    return None if any("depth" in entry.message.casefold() for entry in parser.error_log) else tree


def _prune(tree: Any) -> None:
    """Take out the elements that are furniture by tag, role or name; of a large one only what is inside may go."""
    most = SHARE * max(1, len("".join(tree.itertext())))
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in _NEVER or element.getparent() is None:
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
        furniture = (
            element.tag in _FURNITURE_TAGS
            or element.get("role") in _FURNITURE_ROLES
            or _FURNITURE.search(names) is not None
        )
        if furniture and len("".join(element.itertext())) <= most:
            element.drop_tree()


def _unfold(tree: Any) -> None:
    """Tables that lay out a page become plain blocks: as tables, their cells would be read as one line. A table of data
    has headings, or no cell with a text in it."""
    for table in list(tree.iter("table")):
        rows = table.xpath("./tr | ./tbody/tr | ./thead/tr | ./tfoot/tr")
        cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
        if any(cell.tag == "th" for cell in cells) or not any(_is_text(cell) for cell in cells):
            continue
        for element in (table, *{row.getparent() for row in rows}, *rows, *cells):
            element.tag = "div"
    for line_end in list(tree.iter("br")):
        after = line_end.getnext()
        if after is not None and after.tag == "br" and not (line_end.tail or "").strip():
            line_end.tag = "p"  # two in a row stand between paragraphs


def _is_text(cell: Any) -> bool:
    return len("".join(cell.itertext())) >= LAID_CHARS


def _body(tree: Any) -> str:
    """What trafilatura takes for the body, or all lines where it finds next to nothing."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports empty pages as errors
    found = trafilatura.extract(tree, include_comments=False)
    if not found or len(found) < SURE_CHARS:
        return _lines(tree)
    return "\n\n".join(line for line in found.split("\n") if line.strip() and not _RULE.match(line))


def _lines(tree: Any) -> str:
    from lxml import html

    return lines(html.tostring(tree, encoding="unicode"))
