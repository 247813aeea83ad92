"""Raw pages to articles: measured on labelled pages, then the rules one by one, then what must not happen."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from rag import dates
from rag.clean import Page, read_page
from rag.config import SEEDS
from tests.pages import Labelled, labelled_pages
from tests.texts import texts

PAGES = labelled_pages()

LEAD = "The mayor of Lindau opened the new bridge over the harbour on Sunday, nine years after the first plans."
NEXT = "It is 412 metres long, and it cost the town 38 million euros, which is more than was planned in the beginning."
LAST = "Buses will use it from Monday, and the ferry between the two banks will stop running at the end of June."


def read(*lines: str, title: str | None = None) -> Page:
    return read_page("\n\n".join(lines), title)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_labelled_page(page: Labelled) -> None:
    found = read_page(page.raw)
    precision, recall = page.scores(found.text)
    assert recall >= 0.97, found.text
    assert precision >= 0.92, found.text
    assert {key: str(getattr(found, key)) for key in page.expected} == page.expected


def test_labelled_pages_together() -> None:
    scores = [page.scores(read_page(page.raw).text) for page in PAGES]
    assert len(scores) >= 25
    assert sum(precision for precision, _ in scores) / len(scores) >= 0.98
    assert sum(recall for _, recall in scores) / len(scores) >= 0.99


@pytest.mark.parametrize(
    ("number", "title", "publisher", "published"),
    [
        (0, "OpenAI CEO calls for U.S.-China cooperation to tackle AI risks", "Aijiwei", None),
        (1, "OpenAI CEO Urges China Collaborate for AI Safety", None, None),
        (2, "U.S. urged to strengthen AI cooperation with China", "CGTN", date(2024, 11, 1)),
        (3, "Chinese experts call for international cooperation in AI development", "China.org.cn", date(2023, 11, 17)),
        (
            4,
            "US media: China is more willing to share AI technology than the United States",
            "Global Times",
            date(2024, 7, 27),
        ),
    ],
)
def test_seed(number: int, title: str, publisher: str | None, published: date | None) -> None:
    raw = sorted(SEEDS.glob("*.txt"))[number].read_text("utf-8")
    page = read_page(raw)
    assert (page.title, page.publisher, page.published) == (title, publisher, published)
    furniture = (
        "$129",
        "cookie",
        "WeChat",
        "comment",
        "You may also",
        "See also",
        "Subscription",
        "[Photo",
        "font",
        "Twitter",
    )
    assert not [word for word in furniture if word.casefold() in page.text.casefold()]
    assert all(line[:300] in page.text for line in map(str.strip, raw.splitlines()) if len(line) > 330)


@given(texts)
@settings(deadline=None)
def test_any_text_gives_clean_paragraphs_and_never_nothing(text: str) -> None:
    cleaned = read_page(text).text
    assert cleaned == "\n\n".join(" ".join(part.split()) for part in cleaned.split("\n\n"))
    assert not set("\u200b\u202e\ufeff\x00\ud83d") & set(cleaned)
    assert any(map(str.isalnum, cleaned)) or not any(map(str.isalnum, text))


@given(texts)
@settings(deadline=None)
def test_cleaning_leaves_out_and_never_adds_or_reorders(text: str) -> None:
    rest = iter(text)
    assert all(char in rest for char in read_page(text).text if not char.isspace())


@pytest.mark.parametrize(
    "plain",
    [
        LEAD,
        "Two were hurt. Police are looking for the driver.",
        "The `` Great Stink '' was an event in London in 1858 . See also the works of Bazalgette , who ended it .",
        f"{LEAD}\n\n{NEXT}\n\n{LAST}",
        "Subscribe",
    ],
)
def test_a_text_without_furniture_comes_out_as_it_went_in(plain: str) -> None:
    assert read_page(plain) == Page(plain)


@pytest.mark.parametrize(
    "furniture",
    [
        "Get the Daily Herald and Weekend Journal for $49",
        "See also The ten best bridges of Europe and how to walk them",
        "ALSO READ: Ferry line to close in summer",
        "Sign up for our weekly newsletter.",
        "Advertisement",
        "Mayor Ilse Brandt cuts the ribbon on Sunday. [Photo by Karl Lang/LPA]",
        "Follow the Lindau Post on Facebook",
        "3 hours ago",
        "Continue reading below",
        "More like this:",
        "LINDAU ・ 2 DAYS AGO",
        "#bridge #lindau",
    ],
)
def test_furniture_between_paragraphs_goes(furniture: str) -> None:
    assert read(LEAD, furniture, NEXT, LAST).text == f"{LEAD}\n\n{NEXT}\n\n{LAST}"


@pytest.mark.parametrize(
    "line",
    [
        "How it was built",
        "“It joins what the water kept apart,” she said.",
        "No.",
        "1. Lindau 7",
        "Subscribers to the newsletter of the town were told first.",
        "“We use cookies to improve your experience,” the notice said, in four languages and in small letters.",
        "She shared the article on Facebook and was fined for racist comments below it.",
        "The ministers agree to the plan, and the names of the two may not be published.",
        "Getty Images sued the company over 12 million photographs.",
        "Updated plans: a bridge for 38 million",
        "Posted a loss of 3 million in 2023",
        "Via Roma, which leads to the bridge, stays closed until Friday.",
    ],
)
def test_text_between_paragraphs_stays(line: str) -> None:
    assert read(LEAD, NEXT, line, LAST).text == f"{LEAD}\n\n{NEXT}\n\n{line}\n\n{LAST}"


def test_headlines_under_a_heading_go_until_the_text_goes_on() -> None:
    page = read(LEAD, "Most read", "Ten bridges you have to see", "Ferry line to close in summer", NEXT, LAST)
    assert page.text == f"{LEAD}\n\n{NEXT}\n\n{LAST}"


def test_readers_comments_go_even_when_they_are_long() -> None:
    comments = [line for i in range(9) for line in (f"user{i}", f"{LAST} I know this from comment {i}.", "Reply")]
    page = read(LEAD, NEXT, LAST, "12 Comments", *comments, "Leave a Reply")
    assert page.text == f"{LEAD}\n\n{NEXT}\n\n{LAST}"


def test_a_count_of_comments_above_the_text_does_not_end_it() -> None:
    standfirst = (
        "After nine years of quarrels about money, noise and the view of the lake, the town has a bridge at last."
    )
    paragraphs = [f"{text} {i}." for i in range(4) for text in (LEAD, NEXT)]
    form = ("Leave a Reply", "Name *", "Email *", "Website", "Post Comment")
    assert read("Bridge opens", standfirst, "12 Comments", *paragraphs, *form).text == "\n\n".join(
        [standfirst, *paragraphs]
    )


def test_the_last_paragraph_between_teaser_and_share_bar_stays() -> None:
    paragraphs = [f"{text} {i}." for i in range(6) for text in (LEAD, NEXT)]
    around = (
        "RELATED Ten bridges you have to see",
        "The bridge has no name yet.",
        "Share",
        "Tweet",
        "Tags: Lindau",
        "© LPA",
    )
    assert read(*paragraphs, *around).text == "\n\n".join([*paragraphs, "The bridge has no name yet."])


def test_an_authors_note_between_credits_goes() -> None:
    note = "Watch the latest news of the harbour, such as ferries, cranes, sailing boats and the price of fish."
    paragraphs = [f"{LEAD} {i}." for i in range(4)] + [f"{NEXT} {i}." for i in range(4)]
    page = read(
        *paragraphs, "Editor in charge: Jo Lee", "WeChat: jolee_88", note, "You may also like", "Leave a comment"
    )
    assert page.text == "\n\n".join(paragraphs)


def test_a_list_at_the_end_stays() -> None:
    shelters = ["Two shelters are open:", "Ashford High School", "Red Cross, Main Street"]
    assert read(LEAD, NEXT, *shelters, "Related", "Ten bridges you have to see").text.endswith("\n\n".join(shelters))


def test_a_hard_wrapped_text_is_joined() -> None:
    wrapped = f"{LEAD} {NEXT} {LAST} {LEAD} {NEXT} {LAST}"
    words, lines = wrapped.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 68:
            lines.append("")
        lines[-1] += f" {word}"
    assert read_page("\n".join(line.strip() for line in lines)).text == wrapped


def test_one_long_line_loses_only_the_sentences_that_are_no_news() -> None:
    text = f"{LEAD} {NEXT} We use cookies to improve your experience on our site. {LAST} All rights reserved."
    assert read_page(text).text == f"{LEAD} {NEXT} {LAST}"


def test_a_page_of_captions_keeps_them() -> None:
    captions = [f"A kite in the shape of a {what} flies over the beach. (AP Photo/Jo Lee)" for what in ("fish", "cat")]
    assert read("The week in pictures", *captions).text == "\n\n".join(captions)


def test_a_page_that_is_all_furniture_keeps_its_words() -> None:
    assert read("Advertisement", "Share on Facebook").text == "Advertisement\n\nShare on Facebook"


def test_given_title_wins_and_does_not_stand_in_the_text() -> None:
    page = read("Home", "Bridge opens", LEAD, NEXT, title="Bridge opens")
    assert (page.title, page.text) == ("Bridge opens", f"{LEAD}\n\n{NEXT}")


@pytest.mark.parametrize(
    ("heading", "title", "publisher"),
    [
        ("Lindau opens its bridge - Lindau Post", "Lindau opens its bridge", "Lindau Post"),
        ("Home » Lindau opens its bridge | Reuters", "Lindau opens its bridge", "Reuters"),
        ("Bridge - a long story of Lindau", "Bridge - a long story of Lindau", None),
        ("Lindau opens its bridge", "Lindau opens its bridge", None),
    ],
)
def test_site_names_are_taken_off_titles(heading: str, title: str, publisher: str | None) -> None:
    page = read(heading, "Lindau opens its bridge", "March 3, 2024", LEAD, NEXT)
    if heading.startswith("Bridge"):
        page = read(heading, LEAD, NEXT)
    assert (page.title, page.publisher) == (title, publisher)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Published: 19th August 2017 10:00 PM", date(2017, 8, 19)),
        ("Sept. 3, 2018", date(2018, 9, 3)),
        ("2024-07-27T10:00:00Z", date(2024, 7, 27)),
        ("Tue, 14 Feb 2023 07:12:00 GMT", date(2023, 2, 14)),
        ("16.06.2022", date(2022, 6, 16)),
        ("12/13/2017", date(2017, 12, 13)),
        ("2024年3月5日", date(2024, 3, 5)),
        ("25 novembre 2022", date(2022, 11, 25)),
        ("11/12/2023", None),
        ("6 hours ago", None),
        ("March 2024", None),
        ("February 30, 2023", None),
        ("January 1, 9999", None),
        ("May 3, 1862", None),
        ("June 2, 2031", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    assert dates.find(text, today=date(2026, 1, 1)) == day


def test_the_day_of_a_picture_counts_only_if_the_text_names_its_year() -> None:
    caption = "The ribbon is cut in Lindau, March 3, 2024. /Town of Lindau"
    of_the_event = f"{LEAD} It is the first bridge of 2024."
    assert read("Bridge opens in Lindau", caption, of_the_event, NEXT).published == date(2024, 3, 3)
    assert read("Bridge opens in Lindau", caption, LEAD, NEXT).published is None
    assert read("Bridge opens in Lindau", caption, f"{of_the_event} A second one follows in 2026.").published is None
    assert read("Bridge opens in Lindau", f"FILE - {caption}", of_the_event, NEXT).published is None


def test_a_published_date_beats_an_update_and_both_beat_a_picture() -> None:
    picture = "The bridge in spring, May 1, 2023. [Photo/LPA]"
    page = read("Bridge opens", "Updated: March 5, 2024", "Published: March 3, 2024", picture, LEAD, NEXT)
    assert page.published == date(2024, 3, 3)
    assert read("Bridge opens", picture, "Updated: March 5, 2024", LEAD, NEXT).published == date(2024, 3, 5)
