"""Disagreement: what two articles say differently on what was asked, and nothing that they only say in other words."""

from __future__ import annotations

import pytest

from rag.disagree import difference

DISAGREE = [
    (
        "When did the ferry sink?",
        "The ferry sank on Monday off Texel.",
        "Off Texel the ferry sank on Tuesday night.",
        "date",
    ),
    (
        "In which year was the Orlow mine closed?",
        "The Orlow mine was closed in 1998.",
        "Orlow's mine closed in 2001.",
        "date",
    ),
    (
        "How many people died in Orlow?",
        "At least 40 people died in Orlow.",
        "In Orlow 12 people died, officials said.",
        "number",
    ),
    (
        "How much did the bridge cost?",
        "Lindau paid 38 million euros for it.",
        "The bridge cost Lindau 52 million euros.",
        "number",
    ),
    (
        "How long is the Lindau bridge?",
        "The Lindau bridge is 412 metres long.",
        "It measures 380 metres, Lindau says.",
        "number",
    ),
    (
        "Who designed the station?",
        "The Lindau station was designed by Karla Weiss.",
        "The Lindau station was designed by Jo Brandt.",
        "name",
    ),
    (
        "Where was the treaty signed?",
        "Finns and Swedes signed the treaty in Turku.",
        "Finns and Swedes signed the treaty in Malmo.",
        "name",
    ),
    (
        "Was Brandt there?",
        "Brandt addressed the Lindau meeting by video link.",
        "Brandt took the stage in Lindau.",
        "manner",
    ),
    (
        "How did Brandt take part?",
        "Brandt spoke in person to the Lindau council.",
        "Brandt joined the council remotely.",
        "manner",
    ),
    (
        "Did the Lindau council approve the budget?",
        "The Lindau council approved the budget.",
        "The Lindau council did not approve the budget.",
        "negation",
    ),
]

AGREE = [
    (
        "Name the firms that spoke at the meeting where Brandt appeared.",
        "Brandt addressed the Lindau meeting by video link.",
        "Brandt took the stage in Lindau.",
    ),
    ("When did the ferry sink?", "The ferry sank on Monday off Texel.", "Off Texel the ferry sank on 3 June."),
    ("When did the ferry sink?", "The ferry sank in June 2021 off Texel.", "The Texel ferry sank on 3 June."),
    ("When did the ferry sink?", "The ferry sank on Monday off Texel.", "The ferry off Texel sank after an explosion."),
    (
        "How many people died in Orlow?",
        "More than 40 people died in Orlow.",
        "In Orlow 42 people died, officials said.",
    ),
    ("How many people died in Orlow?", "About 40 people died in Orlow.", "In Orlow 38 people died, officials said."),
    ("How many people died in Orlow?", "In Orlow 40 people died.", "In Orlow 120 miners were rescued."),
    ("How many people died in Orlow?", "Forty people died in Orlow.", "In Orlow 40 people died."),
    (
        "How long is the Lindau bridge?",
        "The Lindau bridge is 412 metres long.",
        "The Lindau bridge cost 38 million euros.",
    ),
    ("Who designed the station?", "The station in Lindau was designed by Karla Weiss.", "Weiss designed the station."),
    (
        "Who spoke?",
        "Ilse Brandt opened the Lindau meeting with a warning.",
        "In Lindau, Karla Weiss sang after dinner.",
    ),
    ("Where did they meet?", "Finland and Sweden met in Turku to talk about fish.", "The talks were held in Finland."),
    (
        "What did Brandt say?",
        "Brandt took the stage and called for help.",
        "Brandt called for help, saying it was late.",
    ),
    ("What did Brandt say?", "Brandt is glad about the bridge in Lindau.", "Brandt was pleased with Lindau's bridge."),
    ("Was Brandt there?", "Many watched Brandt in person and online in Lindau.", "Brandt took the stage in Lindau."),
    (
        "Was it approved?",
        "The Lindau council approved the budget.",
        "The mayor does not want to speak about Lindau's zoo.",
    ),
    (
        "When was the Lindau plan presented?",
        "Brandt cited the Lindau plan, launched during the harbour forum in October.",
        "In May, Lindau and Bregenz held their first meeting on ferries in Turku.",
    ),
    (
        "Who led the Chinese delegation?",
        "In May, China and the U.S. held their first meeting on AI in Geneva to discuss AI's global governance.",
        "Li also cited the Global AI Governance Initiative, launched by China during the Third Forum in October.",
    ),
    ("What did Brandt say?", "Brandt addressed the Lindau meeting by video link.", "Brandt took the stage in Lindau."),
    ("How did Brandt praise them?", "Brandt spoke to Lindau by video link.", "Brandt praised Lindau on stage."),
    (
        "When did the Lindau council approve the budget?",
        "The Lindau council approved the budget on Monday without debate.",
        "The Lindau council approved the budget on Monday.",
    ),
    ("How many people died in Orlow?", "In Orlow 40 people died.", "In Orlow 120 people were rescued from the mine."),
    ("How old is Brandt?", "Ilse Brandt is 52 years old.", "Ilse Brandt has been mayor of Lindau for 20 years."),
    (
        "How many people met in Lindau?",
        "In Lindau 40 people met for the 2nd time.",
        "In Lindau 40 people met on the 3rd floor.",
    ),
    ("When was it?", "Zebras graze on Monday.", "Chess was invented on Tuesday."),
]


@pytest.mark.parametrize(("question", "one", "other", "kind"), DISAGREE)
def test_what_differs_is_found_from_either_side(question: str, one: str, other: str, kind: str) -> None:
    for a, b in ((one, other), (other, one)):
        found = difference(question, a, b, 0.8)
        assert found is not None
        assert found.kind == kind
        assert found.one in a
        assert found.other in b


@pytest.mark.parametrize(("question", "one", "other"), AGREE)
def test_other_words_are_no_contradiction(question: str, one: str, other: str) -> None:
    assert difference(question, one, other, 0.8) is None
    assert difference(question, other, one, 0.8) is None


def test_sentences_on_two_matters_contradict_nothing() -> None:
    question, one, other, _ = DISAGREE[0]
    assert difference(question, one, other, 0.2) is None
