"""A raw web page to its article: the body, and what stands around it.

Knows nothing about files or about any site. Blocks are measured in `rag.blocks`, furniture is named in `rag.furniture`,
where the body lies is found in `rag.zones`; here it is decided what stays. In doubt a line stays, for what is lost
cannot be cited. A text without furniture (a plain article, a passage of an encyclopedia) comes out as it went in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag import dates, furniture, metadata, sentences, zones
from rag.blocks import Block, blocks
from rag.metadata import Line

CAPTION_WORDS = 90
"""A longer block with a photo credit is text that ends in one."""

LEAD_CHARS = 1500
LEAD_LINES = 4
"""A byline may stand below the first lines of the body, which sum it up."""

_STAMP = re.compile(r"^\s*date (\d{4}-\d\d(?:-\d\d)?)\s+(?=\S)")
_BRACKETED = re.compile(
    r"\s*[(\[](?:authors?|source|editors?|proof-?reading|with (?:\w+ )?inputs?|reporting|edited|editing|translated|"
    r"written|compiled|contributed)\b[^()\[\]]{0,120}[)\]]\.?$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Page:
    """What a raw page holds. Paragraphs of `text` are separated by an empty line; otherwise it is verbatim."""

    text: str
    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    author: str | None = None


def read_page(raw: str, title: str | None = None) -> Page:
    """Find body, title, publisher, date and author of a raw page; `title` is the title, where it is known already.

    The text is empty only where `raw` holds no word.

    >>> read_page("Home > News\\n\\nBridge opens\\n\\nThe bridge opened on Sunday after nine years.\\n\\nShare").text
    'The bridge opened on Sunday after nine years.'
    """
    stamp = _STAMP.match(raw)
    if stamp:  # a crawler's note, as some collections of pages put before each
        raw = raw[stamp.end() :]
    lines = _named([block for whole in blocks(raw) if (block := _without_phrases(whole)).text])
    first, last = zones.body(lines)
    header, middle, footer = lines[:first], lines[first : last + 1], lines[last + 1 :]
    found = _title(header, middle, title)
    body = [*_above(header, found), *_between(middle), *_below(footer)]
    text = "\n\n".join(body)
    text = text if _WORD.search(text) else _whatever(lines)
    line = header[found][0].text if found is not None else None
    published = metadata.find_date(header, text, footer, line) or (dates.find(stamp[1]) if stamp else None)
    return Page(
        text=text,
        title=title or (metadata.plain_title(line)[0] if line else None),
        publisher=metadata.find_publisher(line, header, footer),
        published=published,
        author=metadata.find_author([*header, *(line for line in middle[:LEAD_LINES] if line[1] == "byline")]),
    )


def _without_phrases(block: Block) -> Block:
    """The block without a bracketed credit at its end; a long one without sentences that speak to the page's reader."""
    text = _BRACKETED.sub("", block.text) or block.text
    if block.words > furniture.PHRASE_WORDS and furniture.phrase(text):
        spans = [span for span in sentences.split(text) if not furniture.phrase(text[slice(*span)])]
        text = " ".join(text[start:end] for start, end in spans)
    return block if text == block.text else Block(text, block.first_of_paragraph)


def _named(page: Sequence[Block]) -> list[Line]:
    """Each block with the kind of furniture that it is by itself, or None; repeated lines and captions too."""
    kinds: list[str | None] = []
    seen: dict[str, int] = {}
    for index, block in enumerate(page):
        kind = furniture.label(block)
        if kind is None and block.words <= CAPTION_WORDS and furniture.is_caption(block.text):
            kind = "caption"
        if kind is None and block.words <= furniture.PHRASE_WORDS:
            kind = furniture.phrase(block.text)
        key = block.text.casefold()
        if kind is None and block.words >= 6 and key in seen:
            kind = "repeat"
        seen.setdefault(key, index)
        kinds.append(kind)
    _mark_captions(page, kinds)
    return list(zip(page, kinds, strict=True))


def _mark_captions(page: Sequence[Block], kinds: list[str | None]) -> None:
    """Mark the text of a caption that stands beside it without the credit; unmark all, where the page is a gallery."""
    captions = [index for index, kind in enumerate(kinds) if kind == "caption"]
    for index in captions:
        for near in range(max(0, index - 3), min(len(page), index + 4)):
            text = page[near].text.rstrip(".")
            if kinds[near] in (None, "repeat") and len(text) > 15 and page[index].text.startswith(text):
                kinds[near] = "caption"
    held = sum(page[index].words for index in captions)
    if held > sum(block.words for block, kind in zip(page, kinds, strict=True) if kind is None and block.prose):
        for index in captions:
            kinds[index] = None if page[index].words > 6 else "caption"


def _title(header: Sequence[Line], middle: Sequence[Line], given: str | None) -> int | None:
    """Index of the title in the header."""
    if given:
        plain = metadata.plain_title(given)[0].casefold()
        same = (i for i, (block, _) in enumerate(header) if metadata.plain_title(block.text)[0].casefold() == plain)
        return next(same, None)
    lead = " ".join(block.text for block, kind in middle if kind is None)[:LEAD_CHARS]
    return metadata.find_title(header, lead)


def _above(header: Sequence[Line], title: int | None) -> list[str]:
    """What is kept of the lines before the body: long lines under the title, short ones that end with a stop behind
    them (an interview begins so), and one with a number right above the body."""
    start = 0 if title is None else title + 1
    known = header[title][0].text.casefold() if title is not None else ""
    kept: list[str] = []
    for block, kind in header[start:]:
        text = block.text.casefold()
        last = block is header[-1][0] and any(char.isdigit() for char in block.text)
        long = block.words >= 5 or last or (bool(kept) and block.ends)
        if (
            kind is None
            and long
            and not metadata.is_date_line(block)
            and not (known and (text in known or known in text))
        ):
            kept.append(block.text)
    return kept


def _between(middle: Sequence[Line]) -> list[str]:
    """The body without furniture, and without the headlines that follow a heading such as "Most read"."""
    kept: list[str] = []
    teasers = False
    for block, kind in middle:
        if kind == "related":
            teasers = True
        elif kind is None and not (teasers and not block.prose and not block.ends):
            teasers = False
            kept.append(block.text)
    return kept


def _below(footer: Sequence[Line]) -> list[str]:
    """What is kept behind the last paragraph: lines before the first furniture, such as the end of a list.

    Where furniture follows, they may be links: then only a line with a number, with a stop, or of a list after a colon
    is taken for text.
    """
    kept: list[str] = []
    doubtful = any(kind is not None for _, kind in footer)
    listing = False
    for block, kind in footer:
        if kind in ("time", "byline", "caption", "repeat"):
            continue
        if kind is not None:
            break
        listing = listing or block.text.endswith(":")
        if not doubtful or listing or block.ends or any(char.isdigit() for char in block.text):
            kept.append(block.text)
    return kept


def _whatever(lines: Sequence[Line]) -> str:
    """All of a page on which nothing looks like an article: without furniture if that leaves a word, else with it."""
    plain = "\n\n".join(block.text for block, kind in lines if kind is None)
    return plain if _WORD.search(plain) else "\n\n".join(block.text for block, _ in lines)
