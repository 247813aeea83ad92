"""Title, publisher and date of an article, from the lines around its body. What the page does not say is None.

Knows nothing about files, and does not decide what the body is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag import dates
from rag.blocks import Block

Line = tuple[Block, str | None]
"""A line of the page and the kind of furniture it is (see `rag.furniture`), or None."""

TITLE_WORDS = range(2, 36)
TITLE_SCORE = 0.3
"""A line with less in its favour is the title only if nothing but it stands above the body."""

_WORD = re.compile(r"\w{2,}")
_COMMON = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "from",
        "after",
        "over",
        "into",
        "that",
        "this",
        "are",
        "was",
        "has",
        "have",
        "his",
        "her",
        "its",
        "who",
        "what",
        "how",
        "why",
        "not",
        "but",
    ]
)
_PREFIX = re.compile(
    r"^(?:(?:home|news|accueil)\s*[»>/|›]\s*(?:[^»>/|›\s]+(?: [^»>/|›\s]+){0,2}\s*[»>/|›]\s*)*)", re.IGNORECASE
)
_NAME = r"(?:[A-Z\u00c0-\u00de][\w.&'’]*|of|and|the|[&\d])"
_SUFFIX = re.compile(rf"^(?P<title>.{{12,}}?)\s*(?:\s[-–—]\s|\s?[|»]\s?)(?P<site>{_NAME}(?:\s{_NAME})*)$")
_SOURCE = re.compile(
    r"^\(?(?:source|quelle|fuente|fonte|bron|källa|kilde|źródło|источник|kaynak|来源|來源|出典)"
    r"\s*[:：]\s*(?P<name>[^:|]{2,40}?)\)?$",
    re.IGNORECASE,
)
_PERSON = r"(?-i:[A-ZÀ-Þ])[\w'’-]+(?: (?-i:[A-ZÀ-Þ])(?:[\w'’-]+|\.)){1,3}"
_BYLINE = re.compile(
    rf"^(?:by|von|par|por|words by|story by):? "
    rf"(?P<names>{_PERSON}(?:(?:, {_PERSON}){{0,4}},? (?:and|und|et|y|e) {_PERSON})?)(?:$|[,|·/-])",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"^(?:(?:©|\(c\)|copyright(?: by)?|published by)\W*)+(?:\d{4}(?:\s?[-–]\s?\d{4})?)?\W*(?:by )?"
    r"(?P<name>\w(?:[\w&'’ -]|\.(?=\w))*?)"
    r"(?:,? (?:inc\b|llc\b|ltd\b|limited\b|\(p\)).*|\.(?!\w).*|[,|].*|\s\d{4}.*| all rights.*)?$",
    re.IGNORECASE,
)
_SITE_BEFORE_DATE = re.compile(r"(?:^|\s)(?P<name>[\w-]+(?:\.[\w-]+)+),? $")
_ACRONYM = re.compile(r"^[A-Z][A-Z0-9&]{2,7}$")
_SECTIONS = frozenset(
    ("NEWS", "SPORT", "SPORTS", "WORLD", "LOCAL", "POLITICS", "BUSINESS", "OPINION", "VIDEO", "LIVE", "TECH", "HEALTH")
)
_DATELINE = re.compile(
    r"^[^()]{0,60}\([^()]{2,30}\)\s*[-–—]|"
    r"^[A-ZÀ-Þ]{3}[^()\n]{2,60}?\b\d{4}\b[,. ]{0,2}(?:/[\w -]{2,30}/\s*)?\s[-–—]{1,2}\s"
)
"""The place and the day or the agency with which a report begins: "BEIJING, Nov. 1 (Xinhua) --"."""
CHANGED = re.compile(
    r"\b(?:updat|modif|aktualis|mis à jour|actualiz|atualiz|aggiorn|bijgewerkt|обновлен|更新)|^\W*stand\b",
    re.IGNORECASE,
)
"""What says that a day is one on which the page was changed."""
_ROW = re.compile(r"\|.*\|.*\|$")
"""A row of a table: its days are facts of the story."""
_SPAN = re.compile(r"\s(?:[-–—]|to|until|bis|au|al|hasta)\s", re.IGNORECASE)
_LABELLED = re.compile(r"publi|post|first|aired", re.IGNORECASE)


def find_title(header: Sequence[Line], lead: str) -> int | None:
    """Index of the title among the lines before the body, or None. `lead` is the beginning of the body.

    The title shares words with the beginning of the body. To stand twice, before a byline or date, or first counts
    too; to end like a sentence, to be very short or to follow the byline counts against.
    """
    known = _content(lead)
    texts = [plain_title(block.text)[0].casefold() for block, _ in header]
    best: tuple[float, int] | None = None
    earlier = 0
    for index, (block, kind) in enumerate(header):
        title, words = texts[index], _content(texts[index])
        if kind not in (None, "repeat", "teaser") or block.words not in TITLE_WORDS or is_date_line(block):
            continue
        nearby = header[index + 1 : index + 4]
        score = 0.6 * len(words & known) / max(len(words), 1)
        score += 0.3 * any(title in other for at, other in enumerate(texts) if at != index and len(title) > 15)
        score += 0.15 * any(after in ("byline", "time") or is_date_line(line) for line, after in nearby)
        score += 0.15 - 0.1 * min(earlier, 3)
        score -= 0.3 * block.text.endswith(".") + 0.3 * (block.words < 4) + 0.2 * (kind == "teaser")
        score -= 0.4 * (earlier > 0 and any(before == "byline" for _, before in header[:index]))
        earlier += block.words >= 4
        if score >= TITLE_SCORE and (best is None or score > best[0]):
            best = (score, index)
    if best:
        return best[1]
    first = next(
        (
            index
            for index, (block, kind) in enumerate(header)
            if kind is None and block.words in TITLE_WORDS and not is_date_line(block)
        ),
        None,
    )
    return (
        first
        if first is not None and first <= 1 and header[first][0].words >= 3 and not header[first][0].ends
        else None
    )


def plain_title(text: str) -> tuple[str, str | None]:
    """A title without the name of the site around it, and that name.

    >>> plain_title("Home » Bridge opens after nine years - Lindau Post")
    ('Bridge opens after nine years', 'Lindau Post')
    """
    text = _PREFIX.sub("", text).strip()
    parts = _SUFFIX.match(text)
    if parts and len(parts["site"].split()) <= 4 and len(parts["title"].split()) >= 3:
        return parts["title"].strip(), parts["site"]
    return text, None


def is_date_line(block: Block) -> bool:
    """A short line that gives a date and says little else."""
    return block.words <= 12 and dates.find(block.text) is not None


def find_publisher(title: str | None, header: Sequence[Line], footer: Sequence[Line]) -> str | None:
    """Who published the article, as the page says it; `title` is the line of the title as it stands.

    In this order: after "Source:", behind the title, a site's address before the date, a line of capitals of its own
    under the title ("CGTN"), the holder of the copyright.
    """
    for block, _ in [*header, *footer]:
        if source := _SOURCE.match(block.text):
            return source["name"].strip(" .")
    for block, _ in header:
        text, site = plain_title(block.text)
        if title and site and text == plain_title(title)[0]:
            return site
        dated = dates.locate(block.text)
        if dated and (named := _SITE_BEFORE_DATE.search(block.text[: dated[0]])):
            return named["name"]
    below = [block.text for block, _ in header]
    below = below[below.index(title) :] if title in below else []
    for text in below:
        if _ACRONYM.match(text) and text not in _SECTIONS:
            return text
    for block, _ in footer:
        owner = _OWNER.match(block.text)
        if owner and len(owner["name"].split()) <= 5 and not owner["name"].casefold().startswith("all rights"):
            return owner["name"].strip(" -")
    return None


def find_author(header: Sequence[Line]) -> str | None:
    """The persons of a line such as "By Jane Doe and Jo Lee" above the body.

    >>> find_author([(Block("By Jane Doe, Political Editor"), "byline")])
    'Jane Doe'
    """
    return next((found["names"] for block, _ in header if (found := _BYLINE.match(block.text))), None)


def find_date(header: Sequence[Line], body: str, footer: Sequence[Line], title: str | None = None) -> date | None:
    """When the article was published.

    In this order: a line above the body that says "published", another date line there (under the title first), a line
    below the body that says "published", the dateline of the first sentence, the day of an update.

    Last, the date of a picture above the body, if the text names that year and no later one: the picture then shows the
    event that is reported, and such a page gives its day nowhere else. A picture from the files does not count.
    """
    near = [block.text for block, kind in header if kind != "caption" and block.words <= 16]
    above = [text for text in near if dates.find(text) and not _ROW.match(text)]
    changed = [text for text in above if CHANGED.search(text) and not _LABELLED.search(text)]
    plain = [text for text in above if text not in changed and not _is_span(text)]
    below = [block.text for block, _ in footer if block.words <= 16 and _LABELLED.search(block.text)]
    lines = [block.text for block, _ in header]
    under = lines[lines.index(title) :] if title in lines else []
    ordered = [text for text in plain if _LABELLED.search(text)]
    ordered += [text for text in plain if text in under] + plain[::-1] + below
    dateline = _DATELINE.match(body)
    ordered += [dateline[0]] if dateline else []
    ordered += changed
    for text in ordered:
        if day := dates.find(text):
            return day
    years = {int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", body)}
    for block, kind in header:
        day = dates.find(block.text) if kind == "caption" and "file" not in block.text.casefold() else None
        if day and years and day.year == max(years):
            return day
    return None


def _is_span(text: str) -> bool:
    """From one day to another: those of an event or of a collection, not the one of publication."""
    return sum(dates.find(part) is not None for part in _SPAN.split(text)) > 1


def _content(text: str) -> set[str]:
    return {word[:6] for word in _WORD.findall(text.casefold()) if word not in _COMMON}
