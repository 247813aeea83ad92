"""What a reader takes away from the page: complete, and nothing in it comes alive where it is pasted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.errors import ModelError
from rag.types import Claim
from tests import ui_fakes as fakes
from ui.conversation import Exchange
from ui.escape import markdown, markdown_link
from ui.export import answer_markdown, conversation_json, conversation_markdown

READER = MarkdownIt("commonmark")


def pieces(text: str) -> list[Token]:
    """The smallest parts that a reader of Markdown sees in `text`."""
    return [token for block in READER.parse(text) for token in (block.children or [block])]


def kinds(text: str) -> set[str]:
    return {piece.type for piece in pieces(text)}


# --- nothing foreign becomes Markdown -------------------------------------------------------------------------------

FOREIGN = st.text(st.sampled_from("ab1.)-+=#>*_`~[]()<>!&|\\$:@/ \n\t\r") | st.characters(), max_size=40)
BAITS = ("![a](b)", "[a](javascript:b)", "<img src=x>", "<https://a.example>", "https://a.example", "a@b.example")


@settings(deadline=None, max_examples=300)
@given(FOREIGN, st.sampled_from(("", *BAITS)), FOREIGN)
def test_a_reader_of_markdown_sees_the_text_and_nothing_else(before: str, bait: str, after: str) -> None:
    text = before + bait + after
    found = pieces(markdown(text))
    assert {piece.type for piece in found} <= {
        "paragraph_open",
        "paragraph_close",
        "text",
        "text_special",
        "code_inline",
    }
    shown = "".join(piece.content for piece in found)
    assert "".join(shown.split()) == "".join(kept(text).split())


def kept(text: str) -> str:
    """Control characters and halves of characters are not shown by any reader."""
    sendable = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(" " if char < " " or "\x7f" <= char <= "\x9f" else char for char in sendable)


@pytest.mark.parametrize("address", ["https://a.example/x_y*z", "http://a.example", "WWW.a.example", "me@a.example"])
def test_what_readers_link_by_themselves_stands_in_code(address: str) -> None:
    assert markdown(f"See {address} there.") == f"See `{address}` there."


def test_plain_news_stays_plain() -> None:
    text = "It cost $38 million (3.5 % more), said AT&T — 2,000 people came: “It joins what the water kept apart.”"
    assert markdown(text) == text


def test_a_link_shows_where_it_leads_and_cannot_be_broken_out_of() -> None:
    assert markdown_link("https://a.example/b?c=d&e=f#g") == "<https://a.example/b?c=d&e=f#g>"
    assert markdown_link("https://a.example/ <b>\n") == "<https://a.example/%20%3Cb%3E%0A>"


# --- one answer -----------------------------------------------------------------------------------------------------


def test_an_answer_is_its_sentences_with_markers_and_its_footnotes() -> None:
    assert answer_markdown(fakes.mayor_answer()) == (
        "Mayor Ilse Brandt opened the bridge before about 2,000 people.[^1] "
        "The ferry stops running on June 30, having lost most of its riders.[^2][^3]\n\n"
        "[^1]: Harbour bridge opens after nine years of work, Lindau Courier, 4 Mar 2024: "
        "“Mayor Ilse Brandt cut the ribbon in front of about 2,000 people.” "
        "<https://courier.example/2024/03/bridge?from=a&to=b>\n"
        "[^2]: Ferry line to close in summer, 18 Apr 2024: "
        "“The ferry between Lindau and the east bank will stop running on June 30.”\n"
        "[^3]: Ferry line to close in summer, 18 Apr 2024: "
        "“Its operator, Seeline, lost most of its riders to the bridge.”\n"
    )


def test_a_hostile_answer_comes_alive_nowhere() -> None:
    quoted = fakes.quote(fakes.HOSTILE, fakes.HOSTILE.text[:400], 1)
    hostile = replace(
        fakes.hostile_answer(), citations=(quoted,), claims=(Claim("![x](https://o.example)!", (quoted,)),)
    )
    assert kinds(answer_markdown(hostile)) <= {
        "paragraph_open",
        "paragraph_close",
        "text",
        "text_special",
        "code_inline",
        "softbreak",
    }


def test_a_refusal_gives_its_reason_and_the_nearest_words() -> None:
    text = answer_markdown(fakes.refused(fakes.TOLL, "Nothing about tolls.", fakes.BRIDGE_HITS), "3-")
    assert text.startswith("**Not in the articles.** Nothing about tolls.\n\n")
    assert "The nearest they come to it: [^3-p1][^3-p2]\n" in text
    for hit in fakes.BRIDGE_HITS:
        assert f"“{hit.passage.text}”" in text
    assert answer_markdown(fakes.refused(fakes.TOLL, "Nothing.", ())) == "**Not in the articles.** Nothing.\n"


# --- a conversation -------------------------------------------------------------------------------------------------


def everything() -> list[Exchange]:
    refusal = fakes.refused(fakes.TOLL, "Nothing about tolls.", fakes.BRIDGE_HITS)
    return [
        Exchange(1, fakes.LONG, "answered", answer=fakes.long_answer()),
        Exchange(2, fakes.TOLL, "answered", answer=refusal),
        Exchange(3, fakes.BROKEN, "failed", error=ModelError("It broke.")),
        Exchange(4, fakes.SLOW, "stopped"),
        Exchange(5, fakes.MAYOR, "answered", answer=fakes.mayor_answer()),
        Exchange(6, fakes.SLOW, "writing", draft="An unchecked draft"),
    ]


def test_a_conversation_holds_every_exchange_that_is_over_with_all_quotes() -> None:
    text = conversation_markdown(everything())
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Conversation with Footnote",
        *(f"## {e.number}. {e.question}" for e in everything()[:5]),
    ]
    for exchange in everything():
        for note in exchange.answer.citations if exchange.answer else ():
            assert f"[^{exchange.number}-{note.number}]: " in text
            assert f"“{note.quote}”" in text
    assert "**Not in the articles.** Nothing about tolls." in text
    assert "**Something went wrong.** It broke." in text
    assert "Stopped before there was an answer." in text
    assert "draft" not in text


def test_no_footnote_of_a_conversation_has_two_meanings() -> None:
    labels = [line.partition(":")[0] for line in conversation_markdown(everything()).splitlines() if line[:2] == "[^"]
    assert len(labels) == len(set(labels)) == 7


def test_a_conversation_as_json_is_its_records() -> None:
    first, second, *_, fifth = (e.answer.to_dict() for e in everything() if e.answer)
    assert json.loads(conversation_json(everything())) == [
        first,
        second,
        {"question": fakes.BROKEN, "failed": True, "error": "It broke."},
        {"question": fakes.SLOW, "stopped": True},
        fifth,
    ]


def test_hostile_words_stay_words_in_a_conversation() -> None:
    nasty = "x](https://o.example) <script> # [^1]: "
    exchanges = [Exchange(1, nasty, "failed", error=ModelError(nasty)), Exchange(2, nasty, "stopped")]
    harmless = {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "text", "text_special"}
    assert kinds(conversation_markdown(exchanges)) <= {*harmless, "strong_open", "strong_close", "code_inline"}
