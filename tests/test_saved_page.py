"""Kinds of pages that the labelled sets do not hold: what is read of each, and what a page does not say stays None."""

from __future__ import annotations

import io
from datetime import date

import pytest

from rag.documents import Document, to_article
from rag.metadata import find_date
from rag.readers.formats import documents
from rag.types import Article
from tests.files import message

ONE = "Fire crews were called to the grain terminal on Quay Street shortly after midnight when a belt caught light."
TWO = "Nobody was hurt, but the port authority closed three berths for most of the morning while silos were checked."
THREE = "Trucks waiting to unload were sent to another port instead, and two ships stayed at anchor outside the bar."
BODY = f"<p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
PLAIN = "\n\n".join((ONE, TWO, THREE))


def read(data: str | bytes, name: str = "a.html") -> Article:
    data = data.encode() if isinstance(data, str) else data
    (article,) = (to_article(found) for found in documents(io.BytesIO(data), name) if isinstance(found, Document))
    assert article is not None
    return article


def page(body: str, title: str = "Fire closes berths", head: str = "") -> Article:
    return read(f"<html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>")


# --- title and publisher ----------------------------------------------------------------------------------------------


def test_a_sites_name_in_the_only_first_heading_is_not_the_title() -> None:
    made = page(f"<h1>Lindau Post</h1><h2>Fire closes berths</h2>{BODY}", "Fire closes berths - Lindau Post")
    assert (made.title, made.publisher) == ("Fire closes berths", "Lindau Post")
    made = page(f"<h1>Lindau Post</h1><h2>Fire closes berths</h2>{BODY}", "Lindau Post: Fire closes berths")
    assert made.title == "Fire closes berths"
    made = page(
        f"<h1>Budget</h1><h2>Lindau Post</h2>{BODY}",
        "Budget - Lindau Post",
        '<meta property="og:title" content="Budget">',
    )
    assert made.title == "Budget"


@pytest.mark.parametrize(
    "window",
    ["三个泊位关闭_海港新闻网", "三个泊位关闭-海港新闻网", "三个泊位关闭：海港新闻网", "三个泊位关闭｜海港新闻网"],
)
def test_chinese_and_japanese_titles_name_their_site_without_spaces(window: str) -> None:
    assert page(f"<h1>三个泊位关闭</h1>{BODY}", window).publisher == "海港新闻网"


def test_a_word_with_a_hyphen_names_no_site() -> None:
    assert page(f"<h1>Bridge</h1>{BODY}", "Bridge-builders win a prize").publisher is None


def test_linked_data_with_line_ends_and_entities_is_read() -> None:
    data = """<script type="application/ld+json">{"headline": "Fire &amp; smoke close berths", "description": "Two
        lines", "datePublished": "2025-02-11", "publisher": {"name": "Bell &amp; Book"}}</script>"""
    made = page(BODY, "Fire", data)
    assert (made.title, made.publisher) == ("Fire & smoke close berths", "Bell & Book")
    assert made.published == date(2025, 2, 11)


# --- dates ------------------------------------------------------------------------------------------------------------


def test_a_press_releases_dateline_is_its_date() -> None:
    assert page(f"<p>LISBON, Portugal, February 11, 2025 – {ONE}</p><p>{TWO}</p>").published == date(2025, 2, 11)
    assert page(f"<p>LISBON, Feb. 11, 2025 /PRNewswire/ -- {ONE}</p><p>{TWO}</p>").published == date(2025, 2, 11)
    assert page(f"<p>On February 11, 2025 – a Tuesday – it burnt. {ONE}</p><p>{TWO}</p>").published is None


def test_a_span_of_days_and_a_table_of_facts_are_no_date_of_publication() -> None:
    assert page(f"<div>15 Mar 2025 - 02 Nov 2025</div><h1>Fire closes berths</h1>{BODY}").published is None
    facts = "<table><tr><th>Date</th><td>11 February 2025</td></tr><tr><th>Place</th><td>Lisbon</td></tr></table>"
    assert page(f"<h1>Fire closes berths</h1>{facts}{BODY}").published is None


def test_a_day_of_a_change_in_another_language_counts_last() -> None:
    from rag.blocks import Block

    lines = [(Block(text), None) for text in ("Mis à jour le 13 février 2025", "11 février 2025")]
    assert find_date(lines, "", []) == date(2025, 2, 11)


# --- the body ---------------------------------------------------------------------------------------------------------


def test_an_interview_keeps_its_short_answers() -> None:
    lines = ["When did you hear of it?", "At ten past twelve. My phone rang.", "Were you afraid?", "No.", ONE]
    made = page("<h1>Fire closes berths</h1>" + "".join(f"<p>{line}</p>" for line in lines))
    assert made.text.split("\n\n") == lines


def test_a_page_laid_out_by_a_table_is_read_in_paragraphs() -> None:
    menu = "<td><a>News</a><br><a>Sport</a><br><a>Weather</a></td>"
    column = f"<td><b>Fire closes berths</b><br>February 11, 2025<br><br>{'<br><br>'.join((ONE, TWO, THREE))}</td>"
    made = page(f"<table><tr>{menu}{column}</tr></table>")
    assert (made.text, made.published) == (PLAIN, date(2025, 2, 11))


def test_a_table_of_data_keeps_its_rows_and_no_rule() -> None:
    rows = "<tr><th>Rank</th><th>Sailor</th></tr><tr><td>1</td><td>Caldeira</td></tr>"
    made = page(f"<h1>Fire closes berths</h1><p>{ONE}</p><table>{rows}</table><p>{TWO}</p><p>{THREE}</p>")
    assert "| 1 | Caldeira |" in made.text
    assert "---" not in made.text


def test_a_byline_below_the_lead_names_the_author() -> None:
    made = page(f"<h1>Fire closes berths</h1><p>{ONE}</p><p>By Rui Pinto</p><p>{TWO}</p><p>{THREE}</p>")
    assert (made.author, made.text) == ("Rui Pinto", PLAIN)


@pytest.mark.parametrize(
    "furniture",
    [
        "<h4>Get City Desk in your inbox</h4><p>Enter your email address</p>",
        "<p>This article is for subscribers only. Start your free trial to continue reading.</p>",
        "<p>You have 2 free articles left this month.</p>",
        "<p>Archivado en: Puertos, Incendios</p>",
        "<p>Abonnieren Sie jetzt unseren kostenlosen Newsletter und verpassen Sie keine Nachricht.</p>",
        "<template><div>{{title}} is what comes here once the page has been loaded.</div></template>",
        "<p>Mail this story to a friend</p>",
    ],
)
def test_furniture_goes(furniture: str) -> None:
    assert page(f"<h1>Fire closes berths</h1><p>{ONE}</p><p>{TWO}</p>{furniture}<p>{THREE}</p>").text == PLAIN


# --- newsletters ------------------------------------------------------------------------------------------------------


def test_a_newsletter_loses_what_is_hidden_and_what_is_about_itself() -> None:
    hidden = '<div style="Display: none; max-height:0">Berths, <div>sardines</div> and a strike</div>'
    about = (
        "<p>You are receiving this email because you signed up at harbour.example.</p>"
        "<p><a>Unsubscribe</a> | <a>Update your preferences</a></p>"
    )
    html = f"<html><body>{hidden}<p>View this email in your browser</p>{BODY}{about}</body></html>"
    assert read(message(html=html, Subject="Berths"), "a.eml").text == PLAIN


def test_what_a_saved_page_hides_may_be_its_article() -> None:
    assert page(f'<div style="display:none"><p>{ONE}</p></div>').text == ONE
