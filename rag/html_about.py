"""What a web page says about itself: in its head, in the data it carries for search engines, and in a few attributes.

Knows nothing about the text. What a page does not say is None; the day of a change or of a capture is never the date.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from rag import dates
from rag.blocks import tidy
from rag.metadata import CHANGED, plain_title

_PUBLISHED = [
    "article:published_time",
    "og:published_time",
    "datepublished",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "parsely-pub-date",
    "citation_publication_date",
    "sailthru.date",
    "citation_online_date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "dc.date",
    "dcterms.date",
    "date",
]
_AUTHOR = [
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "sailthru.author",
]
_PUBLISHER = [
    "og:site_name",
    "application-name",
    "citation_journal_title",
    "dc.publisher",
    "dcterms.publisher",
    "publisher",
]
_SECTION = ["article:section", "parsely-section", "section"]
_LANGUAGE = ["og:locale", "dc.language", "dcterms.language", "language", "content-language"]
UNDER_TITLE = 600
"""Characters below the heading among which a line that is a date is taken for the day of publication."""
DAY_WORDS = 12
"""Words of such a line at most."""
_BY = re.compile(r"^\W*(?:by|von|par|por|di|door|av|af|yazan|words by|text:?)\s+(?=\S)", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[-–—·]\s+|\s*[|»:｜：_]\s*|^[-–—·]\s+|\s+[-–—·]$|[-–—·－](?=[\u3040-\u9fff\uac00-\ud7af])")
_IN_WORD = re.compile(r"-?\w")
_NO_NAME = re.compile(
    r"^(?:admin(?:istrator)?|staff|editor(?:ial)?|redaktion|redacci[oó]n|newsroom|web ?desk|https?:.*)$", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The fields of a page, tidied."""

    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    author: str | None = None
    language: str | None = None
    url: str | None = None
    section: str | None = None


def about(tree: Any) -> About:
    """The fields of a page from its tree (lxml)."""
    head = _head(tree)
    linked = _linked(tree)
    title, around = _title(tree, head, _words(linked.get("headline")))
    site, by = around if around is None or not _BY.match(around) else None, around
    people = _names(linked.get("author")) or _people(_all(head, _AUTHOR)) or _people(_marked_authors(tree))
    stated = [linked.get("datePublished"), *_all(head, _PUBLISHED), *_marked_days(tree), _day_under_title(tree)]
    canonical = [link.get("href") for link in tree.iterfind(".//link[@rel='canonical']")]
    section = linked.get("articleSection")
    return About(
        title=title,
        publisher=_name(linked.get("publisher")) or _first(head, _PUBLISHER) or site,
        published=next((day for value in stated if (day := dates.parse(value))), None),
        author=people or (_people([by]) if by and by != site else None),
        language=next(filter(None, [tree.get("lang"), _text(linked.get("inLanguage")), *_all(head, _LANGUAGE)]), None),
        url=next(filter(None, [*canonical, *_all(head, ["og:url"]), _text(linked.get("url"))]), None),
        section=_name(section) or _first(head, _SECTION),
    )


def _head(tree: Any) -> dict[str, list[str]]:
    """The values of each meta element, by its lower-case name."""
    found: dict[str, list[str]] = {}
    for meta in tree.iterfind(".//meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        if value := tidy(meta.get("content") or ""):
            found.setdefault(name.casefold(), []).append(value)
    return found


def _all(head: dict[str, list[str]], names: Iterable[str]) -> list[str]:
    """The values of the first of `names` that has any, then those of the others."""
    return [value for name in names for value in head.get(name, [])]


def _first(head: dict[str, list[str]], names: Iterable[str]) -> str | None:
    return next(iter(_all(head, names)), None)


def _linked(tree: Any) -> dict[str, Any]:
    """The first article in the JSON that pages carry for search engines (schema.org)."""
    for script in tree.iterfind(".//script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            found = json.loads(script.text or "", strict=False)  # line ends inside a text are a common slip
        except (ValueError, RecursionError):
            continue
        for item in _items(found):
            if isinstance(item.get("headline"), str):
                return item
    return {}


def _items(found: Any) -> Iterator[dict[str, Any]]:
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, dict):
            yield item
            graph = item.get("@graph")
            yield from (inner for inner in (graph if isinstance(graph, list) else []) if isinstance(inner, dict))


def _text(value: Any) -> str | None:
    return tidy(value) or None if isinstance(value, str) else None


def _words(value: Any) -> str | None:
    """A text for people: many pages write it into their data as they write it into HTML."""
    return _text(html.unescape(value)) if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    value = value[0] if isinstance(value, list) and value else value
    return _words(value.get("name")) if isinstance(value, dict) else _words(value)


def _names(value: Any) -> str | None:
    return _people(name for item in (value if isinstance(value, list) else [value]) if (name := _name(item)))


def _people(names: Iterable[str]) -> str | None:
    """The names of persons with commas between them, each once, without "By" and without what names nobody."""
    plain = (tidy(_BY.sub("", name)) for name in names)
    kept = dict.fromkeys(name for name in plain if name and len(name) <= 100 and not _NO_NAME.match(name))
    return ", ".join(list(kept)[:10]) or None


def _marked_authors(tree: Any) -> list[str]:
    """What is marked as the author in the page; a link that says rel="author", an itemprop, the class of a vcard."""
    for path in (".//*[@rel='author']", ".//*[@itemprop='author']"):
        if found := [tidy(element.text_content()) for element in tree.iterfind(path)]:
            return found[:3]
    vcards = (e for e in tree.iter("span", "a", "p", "div") if "author" in (e.get("class") or "").split())
    found = [tidy(element.text_content()) for element in vcards]
    return found[:1] if found and len(found[0].split()) <= 5 else []


def _marked_days(tree: Any) -> Iterator[str]:
    """What is marked as the day of publication in the page itself."""
    for element in tree.iter("time", "span", "abbr", "div"):
        classes = (element.get("class") or "").split()
        if element.get("itemprop") == "datePublished" or element.get("pubdate") is not None or "published" in classes:
            yield element.get("datetime") or element.get("content") or element.get("title") or element.text_content()


def _day_under_title(tree: Any) -> str | None:
    """A short line with a date soon after the only heading, unless it says that the page was changed then."""
    headings = list(tree.iter("h1"))
    if len(headings) != 1:
        return None
    read = 0
    for piece in _after(headings[0]):
        if len(piece.split()) <= DAY_WORDS and not CHANGED.search(piece) and dates.find(piece):
            return piece
        read += len(piece)
        if read > UNDER_TITLE:
            return None
    return None


def _after(element: Any) -> Iterator[str]:
    """The pieces of text behind an element, in order."""
    while element is not None:
        if tail := tidy(element.tail or ""):
            yield tail
        for sibling in element.itersiblings():
            yield from (piece for text in _running(sibling) if (piece := tidy(text)))
            if piece := tidy(sibling.tail or ""):
                yield piece
        element = element.getparent()


def _running(element: Any) -> Iterator[str]:
    """The text of an element without the tables of data in it, whose days are facts of the story."""
    if element.tag == "table" and element.find(".//th") is not None:
        return
    yield element.text or ""
    for child in element:
        yield from _running(child)
        yield child.tail or ""


def _title(tree: Any, head: dict[str, list[str]], headline: str | None) -> tuple[str | None, str | None]:
    """The heading that the head of the page confirms, else what the head says; and what stands around it in the title
    of the window, which is the name of the site more often than not."""
    element = tree.find(".//title")
    window = tidy(element.text_content()) if element is not None else ""
    known = [value for value in (headline, *_all(head, ["og:title", "twitter:title"]), window) if value]
    headings = [heading for found in tree.iter("h1") if (heading := tidy(found.text_content()))]
    site = _first(head, ["og:site_name"])
    shown = [h for h in headings if h != site and any(h.casefold() in value.casefold() for value in known)]
    title = max(shown, key=len) if shown else headline or _without_site(known, site)
    if title is None and len(headings) == 1:
        title = headings[0]
    if title and title not in known[:-1]:  # a site's own name is often the only heading of the first rank
        title = _second_heading(tree, window, title) or title
    return title, _around(window, title or "")


def _second_heading(tree: Any, window: str, title: str) -> str | None:
    """The heading of the second rank that is a part of the window's title, where `title` is another, shorter part."""
    parts = [part for part in _SEPARATOR.split(window) if part]
    if title not in parts:
        return None
    headings = (tidy(found.text_content()) for found in tree.iter("h2"))
    return next((h for h in headings if h in parts and len(h) > len(title)), None)


def _without_site(known: list[str], site: str | None) -> str | None:
    for value in known:
        name = re.escape(site or "\0")
        return plain_title(re.sub(rf"^{name}\W+|\W+{name}\W*$", "", value))[0]
    return None


def _around(window: str, title: str) -> str | None:
    """The part of the window's title before or behind the title itself: the outermost one, if it can be a name.

    >>> _around("Bridge opens | Local | Lindau Post", "Bridge opens"), _around("Bridge opens", "Bridge opens")
    ('Lindau Post', None)
    """
    at = window.casefold().find(title.casefold()) if title else -1
    if at < 0:
        return None
    before, behind = window[:at].strip(), window[at + len(title) :]
    if _IN_WORD.match(behind) and not _SEPARATOR.match(behind):
        return None
    behind = behind.strip()
    parts = [part.strip() for part in _SEPARATOR.split(behind if behind else before) if part.strip()]
    name = (parts[-1] if behind else parts[0]) if parts else ""
    return name if name and len(name.split()) <= 6 and not any(char.isdigit() for char in name) else None
