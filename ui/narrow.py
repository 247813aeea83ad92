"""What a question is put to, as HTML: the tools that narrow it, and in words which articles that leaves.

Pure functions from records to HTML. Knows nothing about Gradio, nor about the list of the articles.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.filters import passing, through, within
from rag.types import Article, Filters
from ui.escape import clipped, day_in_words, escape, isolated, straight
from ui.offers import KINDS, Kind, Offer, names, offers
from ui.shelf import Shelf

OFFERED = 500
"""Publishers or languages to choose from, at most: those of the most articles."""
SIFTED = 10
"""More than so many, and a field finds one among them."""
NAMED = 3
"""Chosen ones that are named in a sentence; the others are counted."""
ONE = {"publishers": "publisher", "languages": "language"}


def tools(articles: Sequence[Article], shelf: Shelf, limits: Filters | None = None) -> str:
    """How many are asked, the days, the publishers and languages, and the words that narrow the list."""
    said = among(articles, shelf.where, limits) or "All articles are asked. Choose some to ask only them"
    fixed = '<p class="hint">Footnote was started for some articles only; the others are not listed.</p>'
    trouble = f'<p class="trouble" role="alert">{escape(shelf.trouble)}</p>' if shelf.trouble else ""
    there = through(articles, limits)
    choices = "".join(choice(kind, offers(kind, there), getattr(shelf, kind)) for kind in KINDS)
    return (
        f'<p class="asked"><span role="status">{escape(said)}.</span>{ask_all(shelf, limits)}</p><div class="tools">'
        f'<label>From <input type="date" data-event="after" value="{shelf.after or ""}"></label>'
        f'<label>to <input type="date" data-event="before" value="{shelf.before or ""}"></label>{choices}'
        f'<label class="find">Find <input type="search" data-event="find" value="{escape(shelf.needle)}" '
        f'maxlength="200" placeholder="title, publisher or file"></label></div>{trouble}{fixed if limits else ""}'
    )


def choice(kind: Kind, there: Sequence[Offer], chosen: frozenset[str] | None) -> str:
    """The publishers or the languages to choose from, folded away under what is chosen of them. Nothing where there is
    no choice, unless one stands that has to be undone."""
    if len(there) < 2 and chosen is None:
        return ""
    most = {offer.key for offer in sorted(there, key=lambda offer: -offer.count)[:OFFERED]} | (chosen or frozenset())
    shown = [offer for offer in there if offer.key in most]
    one = ONE[kind]
    find = (
        f'<input type="search" class="sift" aria-label="Find a {one}" placeholder="Find a {one}" autocomplete="off">'
        f'<p class="hint none">There is no such {one}.</p>'
    )
    rest = f"The {OFFERED} {kind} of the most articles; articles of others can be chosen one by one."
    items = [option(kind, "", f"All {kind}", chosen is None)]
    items += [option(kind, o.key, o.name, o.key in (chosen or frozenset()), o.count) for o in shown]
    return (
        f'<details class="menu-of offers {kind}"><summary>{summary(kind, there, chosen)}</summary>'
        f'<div class="menu" role="group" aria-label="{kind.capitalize()} to ask">'
        f"{find if len(shown) > SIFTED else ''}<ul>{''.join(items)}</ul>"
        f"{f'<p class=hint>{rest}</p>' if len(shown) < len(there) else ''}</div></details>"
    )


def option(kind: Kind, key: str, name: str, on: bool, count: int = 0) -> str:
    """A line of a choice; the one without a key stands for all."""
    articles = "article" if count == 1 else "articles"
    many = f'<span class="count">{count:,}<span class="sr-only"> {articles}</span></span>' if key else ""
    return (
        f'<li><button type="button" role="checkbox" class="option" aria-checked="{"true" if on else "false"}" '
        f'data-event="pick" data-kind="{kind}" data-name="{escape(key)}">'
        f'<span class="name">{isolated(clipped(name, 80))}</span>{many}</button></li>'
    )


def summary(kind: Kind, there: Sequence[Offer], chosen: frozenset[str] | None) -> str:
    """What is chosen, in a word or two."""
    if chosen is None:
        return f"All {kind}"
    if len(chosen) == 1:
        return "".join(f"Only {isolated(clipped(offer.name, 40))}" for offer in there if offer.key in chosen)
    return f"{len(chosen):,} {kind}" if chosen else f"No {ONE[kind]}"


def narrowed(articles: Sequence[Article], shelf: Shelf, limits: Filters | None = None) -> str:
    """Over the question box, when only some articles are asked; with a way out of what was chosen here."""
    said = among(articles, shelf.where, limits)
    return said and f'<p class="narrowed"><span role="status">{escape(said)}.</span>{ask_all(shelf, limits)}</p>'


def ask_all(shelf: Shelf, limits: Filters | None) -> str:
    if not shelf.where:
        return ""
    label = "Ask all of them" if limits else "Ask all articles"
    return f'<button type="button" class="quiet" data-event="all">{label}</button>'


def among(articles: Sequence[Article], where: Filters | None, limits: Filters | None = None) -> str:
    """What a question is put to, in words, within the limits that Footnote was started with; nothing when that is all.

    >>> from datetime import date
    >>> among([], None), among([Article("a", None, "")], Filters(articles=["a"], after=date(2024, 3, 1)))
    ('', 'Asking 0 of 1 articles, from 1 Mar 2024')
    """
    where = within(where, limits, articles)
    if where is None:
        return ""
    who = chosen_in_words("of", "publishers", where.publishers, articles)
    which = chosen_in_words("in", "languages", where.languages, articles)
    first = f" from {day_in_words(where.after)}" if where.after else ""
    last = f" up to {day_in_words(where.before)}" if where.before else ""
    some = "of the chosen ones only those" if where.articles is not None else "only those"
    only = f", {some}{who}{which}" if who or which else ""
    days = f",{first}{last}" if first or last else ""
    return f"Asking {sum(passing(articles, where)):,} of {len(articles):,} articles{only}{days}"


def chosen_in_words(before: str, kind: Kind, chosen: frozenset[str] | None, articles: Sequence[Article]) -> str:
    """The publishers or languages of a filter; of those that were chosen, none may be left."""
    if chosen is None:
        return ""
    return f" {before} {listed(names(kind, chosen, articles)) or f'{kind} that are gone'}"


def listed(words: Sequence[str]) -> str:
    """Some by name, the rest as a number.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c", "d", "e"])
    ('a', 'a and b', 'a, b, c and 2 others')
    """
    words = [clipped(straight(word), 60) for word in words]
    if len(words) > NAMED + 1:
        words = [*words[:NAMED], f"{len(words) - NAMED:,} others"]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
