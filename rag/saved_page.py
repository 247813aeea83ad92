"""A saved HTML page to lines of text and what its head says. Uses the standard library only.

Knows nothing about which lines are the article; `rag.clean` decides that, on the lines as on any raw page.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from rag import dates

_SILENT = frozenset(
    ("script", "style", "noscript", "template", "svg", "nav", "aside", "footer", "form", "button", "select", "iframe")
)
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "source", "wbr"))
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data dfn em font i kbd mark q s small span strong sub sup time tt u var wbr".split()  # noqa: SIM905
)
_LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:[-_][\w-]{1,30})?$")
_LOOKS_LIKE_HTML = re.compile(r"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Saved:
    """The visible text, one line for each block element, and the page's own words about itself."""

    text: str
    title: str | None
    publisher: str | None
    published: date | None


def looks_like_html(text: str) -> bool:
    return _LOOKS_LIKE_HTML.search(text[:2000]) is not None


def lines(source: str) -> str:
    """The visible text of some HTML, one line for each block element, with empty lines between them.

    >>> lines("<p>The bridge is <b>long</b>.<p>Buses go.")
    'The bridge is long.\\n\\nBuses go.'
    """
    return read_html(source).text


def web_address(value: str | None) -> str | None:
    """An absolute address of the web, else None.

    >>> web_address("https://lindau.example/bridge"), web_address("javascript:alert(1)")
    ('https://lindau.example/bridge', None)
    """
    with contextlib.suppress(ValueError):
        parts = urlsplit((value or "").strip())
        if parts.scheme in ("http", "https") and parts.netloc:
            return (value or "").strip()
    return None


def language_code(value: str | None) -> str | None:
    """The language of a tag such as "en-GB" or "pt_BR", without country and script.

    >>> language_code("en-GB"), language_code("English")
    ('en', None)
    """
    match = _LANGUAGE.match((value or "").strip())
    return match[1].casefold() if match and match[1].casefold() != "und" else None


def read_html(source: str) -> Saved:
    """Read a page; broken HTML is read as browsers do, as far as it goes.

    >>> read_html("<title>Bridge opens</title><nav>Home</nav><p>It is <b>long</b>.</p>").text
    'It is long.'
    """
    parser = _Reader()
    parser.feed(source)
    parser.close()
    head = parser.head
    linked = {key: value for block in parser.linked for key, value in _linked(block)}
    title = linked.get("headline") or head.get("og:title") or parser.first_heading or head.get("title")
    stated = (
        linked.get("datePublished"),
        head.get("article:published_time"),
        head.get("datepublished"),
        head.get("date"),
    )
    return Saved(
        text="\n\n".join(line for part in "".join(parser.parts).split("\n") if (line := " ".join(part.split()))),
        title=" ".join(title.split()) if title else None,
        publisher=linked.get("publisher") or head.get("og:site_name"),
        published=next((day for value in stated if (day := dates.parse(value))), None),
    )


class _Reader(HTMLParser):
    """Collects text outside of menus, scripts and forms, and the metadata of the head."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.head: dict[str, str] = {}
        self.linked: list[str] = []
        self.first_heading = ""
        self._silent: list[str] = []
        self._into: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = given.get("property") or given.get("name") or given.get("itemprop") or ""
            self.head.setdefault(name.casefold(), given.get("content", ""))
        elif tag == "script" and "ld+json" in given.get("type", ""):
            self._into = "linked"
            self.linked.append("")
        elif tag == "title" and "title" not in self.head:
            self._into = "title"
            self.head["title"] = ""
        elif tag == "h1" and not self.first_heading:
            self._into = "heading"
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag not in _INLINE and not self._silent:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "script", "h1"):
            self._into = None
        if tag in self._silent:  # close what was left open inside, as browsers do
            while self._silent.pop() != tag:
                pass
        elif tag not in _INLINE and tag not in _VOID and not self._silent:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._into == "linked":
            self.linked[-1] += data
        elif self._into == "title":
            self.head["title"] += data
            return
        elif self._into == "heading":
            self.first_heading += data
        if not self._silent:
            self.parts.append(data.replace("\n", " "))


def _linked(block: str) -> Iterator[tuple[str, str]]:
    """Headline, date and publisher from the JSON that news pages carry for search engines (schema.org)."""
    found: Any = None
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(block)
    items = found if isinstance(found, list) else found.get("@graph", [found]) if isinstance(found, dict) else []
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or "headline" not in item:
            continue
        for key in ("headline", "datePublished"):
            if isinstance(item.get(key), str):
                yield key, item[key]
        publisher = item.get("publisher")
        if isinstance(publisher, dict) and isinstance(publisher.get("name"), str):
            yield "publisher", publisher["name"]
