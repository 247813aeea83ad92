"""The support checker: what it must let through, and each error that it must catch."""

import math

import pytest

from rag import sentences
from rag.config import Config
from rag.support import SIGNALS, VERBATIM, SupportChecker, weights
from tests.fakes import FakeEmbedder

SOURCE = (
    "In May, Chancellor Anna Keller accused opposition leader Paul Riedl of blocking the budget. "
    "More than 500 delegates from 40 countries may attend the summit in Nairobi."
)
FIRE = "Nearly 2,000 firefighters battled the blaze near Athens, which did not destroy the harbour, the mayor said."
ASKED = "Asked by a reporter whether he would resign, Riedl said that the budget was a disgrace."
VIDEO = (
    "At the fair, Jo Lund, who founded a start-up, showed a video of two children. The video was made with technology "
    "from Norvex, a Swedish company."
)
TAX = (
    "If the tax is raised, Norvex will leave, Jo Lund told reporters. The plant, which opened in May, would close too."
)
FORUM = "The forum opened on Friday in Beijing with 300 guests. It is hosted by Peking University."


@pytest.fixture(scope="module")
def checker():
    return SupportChecker(FakeEmbedder())


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Anna Keller accused Paul Riedl of blocking the budget.", SOURCE),
        ("In May, Anna Keller accused Paul Riedl of blocking the budget.", SOURCE),
        ("More than 500 delegates may attend the summit in Nairobi.", SOURCE),
        ("The blaze did not destroy the harbour.", FIRE),
        ("Almost 2,000 firefighters battled the blaze near Athens.", FIRE),
        ("Riedl was asked whether he would resign.", ASKED),
        ("Riedl said that the budget was a disgrace.", ASKED),
        ("The company is Norvex.", VIDEO),
        ("Jo Lund, who founded a start-up, showed a video made with technology from Norvex.", VIDEO),
        ("The video that Jo Lund showed was made with technology from Norvex.", VIDEO),
        ("The forum in Beijing was hosted by Peking University.", FORUM),
        ("The host of the forum is Peking University.", FORUM),
        ("Norvex will leave if the tax is raised.", TAX),
        ("The plant opened in May.", TAX),
        ("Norvex opened a plant in May.", "Norvex, which opened a plant in May, said prices may rise if it rains."),
        ("One of the miners was saved.", "One of the 3 miners was saved."),
        ("The bridge was opened by Mayor Brandt.", "Mayor Brandt opened the bridge."),
        ("Chatter was released in 2022.", "In 2022, Norvex released the online chatbot Chatter, setting off a boom."),
        ("The ban was proposed by regulators.", "The ban, which regulators in Berlin proposed, failed."),
        ("The match will be played on Sunday.", "Even if it rains, the match will be played on Sunday."),
        ("The roof was partly destroyed.", "The roof was partially destroyed."),
        ("The sea rose because of warming, Weiss said.", "Weiss attributed the rise of the sea to warming."),
    ],
)
def test_true_sentences_are_supported(checker, sentence, source):
    assert checker(sentence, source).verdict == "supported"


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Paul Riedl accused Anna Keller of blocking the budget.", SOURCE),
        ("Norvex's video is used by Swedish companies.", "The video was made using Norvex, a Swedish company."),
        ("Norvex was released in 2022.", "In 2022, Norvex released the online chatbot Chatter, setting off a boom."),
        ("The founder is not a seller.", '"The family is not a seller," said Jo Lund, a granddaughter of the founder.'),
        ("The house was sold by Jo Lund.", "The council sold the house to Jo Lund."),
        ("In May 2021, Anna Keller accused Paul Riedl of blocking the budget.", SOURCE),
        ("Ann Webster warned of a race.", "Webster warned of a race, Ann Weiss said."),
        ("500 delegates may attend the summit in Nairobi.", SOURCE),
        ("More than 400 delegates may attend the summit in Nairobi.", SOURCE),
        ("More than 500 delegates from 40 countries will attend the summit in Nairobi.", SOURCE),
        ("The blaze destroyed the harbour.", FIRE),
        ("More than 2,000 firefighters battled the blaze near Athens.", FIRE),
        ("Nearly 2,000 firefighters battled the blaze near Lisbon.", FIRE),
        ("Riedl said that he would resign.", ASKED),
        ("The name of Lund's start-up is Norvex.", VIDEO),
        ("The firm of Lund is Norvex.", VIDEO),
        ("Jo Lund founded Norvex.", VIDEO),
        ("Norvex will leave.", TAX),
        ("The company tried to bribe officials.", "The company allegedly tried to bribe officials."),
        ("Riedl will resign.", "Asked if, in spring, he would resign, Paul Riedl said no decision had been taken."),
        ("The wall was built in the 1810s.", "The wall was built in the 1830s."),
        ("The new hall is larger than the old one.", "The new hall is smaller than the old one."),
        (
            "The union has agreed to end the strike.",
            "The union has agreed to end the strike if wages rise by 5 percent.",
        ),
        ("Iran will negotiate.", "Iran will negotiate as long as sanctions are lifted."),
        ("Two people died in Orlow.", "Nine people died in Orlow."),
        ("One person died in Orlow.", "Three people died in Orlow."),
        ("The ferry sank on Tuesday, 3 June.", "The ferry sank on Monday, 3 June."),
        ("Norvex laid off 200 workers.", "Norvex denied that it laid off 200 workers."),
        ("Norvex sells cars in Kestria.", "Norvex no longer sells cars in Kestria."),
        ("Norvex sells cars in Kestria.", "Norvex stopped selling cars in Kestria."),
        ("The bridge is unsafe.", "There is no evidence that the bridge is unsafe."),
        ("President Lund opened the bridge.", "Former Vice President Lund opened the bridge."),
        ("The roof collapsed on Sunday.", "The roof nearly collapsed on Sunday."),
        ("The roof was destroyed.", "The roof was largely destroyed."),
        (
            "The attitudes of both decide how AI is governed.",
            "To some extent, the attitudes of both decide how AI is governed.",
        ),
        ("The fire was caused by a short circuit.", "The fire was attributed to a short circuit."),
        ("Norvex is the largest bank in Orlow.", "Norvex is the second-largest bank in Orlow."),
        ("Norvex is the largest bank in Orlow.", "Norvex is one of the largest banks in Orlow."),
        ("The council chose the tunnel.", "The council chose the bridge rather than the tunnel."),
        ("The rule applies to Kestria.", "The rule applies to all countries except Kestria."),
        ("Lund paid 10 million yuan.", "Lund paid 10 million yen."),
        ("The fire was set on purpose.", "It is more likely that the fire was set on purpose."),
        ("The rule applies every day.", "The rule applies on Sundays."),
        ("Nine hostages were freed.", "Two of the nine hostages were freed."),
        ("The shops in Orlow closed.", "Most of the shops in Orlow closed."),
        ("The council will approve the bridge.", "The council approved the bridge."),
        ("Brandt cut the tax.", "Brandt called for a cut in the tax."),
        ("Norvex sold its ferries.", "Norvex offered to sell its ferries."),
        ("The storm explains the outage.", "The storm could help explain the outage."),
        ("The ferry sailed from Muscat to Vienna.", "The ferry sailed from Vienna to Muscat."),
        ("Brandt promised not to sell the ferry.", "Brandt did not promise to sell the ferry."),
        ("Brandt said she would resign.", "Brandt said she would resign if the council cut the budget."),
        ("Jo Lund, founder of Norvex, showed a video.", VIDEO),
        ("Jo Lund founded a start-up and the firm she founded is Norvex.", VIDEO),
    ],
)
def test_a_changed_fact_is_not_supported_and_the_reason_is_told(checker, sentence, source):
    result = checker(sentence, source)
    assert result.verdict != "supported"
    assert result.reasons


def test_the_reason_gives_the_words_of_the_source(checker):
    result = checker("500 delegates may attend the summit in Nairobi.", SOURCE)
    assert result.verdict == "contradicted"
    assert 'number 500: the source says "More than 500"' in result.reasons


def test_another_subject_is_not_found(checker):
    assert checker("The museum reopened after a renovation.", FIRE).verdict == "not found"


def test_the_context_resolves_a_pronoun_and_a_year_but_supports_nothing(checker):
    source, context = "It was dismantled in March and moved to Arizona.", "London Bridge\nThe Daily Post, 2 April 1968"
    assert checker("London Bridge was dismantled in March 1968.", source, context).verdict == "supported"
    assert checker("London Bridge was dismantled in March 1968.", source).verdict != "supported"
    assert checker("The Daily Post appeared on 2 April 1968.", source, context).verdict != "supported"


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Norvex denied laying off workers.", "Norvex denied that it laid off 200 workers."),
        ("The council chose the bridge.", "The council chose the bridge rather than the tunnel."),
        ("Lund opened the bridge.", "Former Vice President Lund opened the bridge."),
        ("Norvex is one of the largest banks.", "Norvex is one of the largest banks in Orlow."),
        ("Norvex cut 2000 jobs.", "Norvex cut 2,000 jobs."),
        ("A storm left Orlow in the dark.", "Storm Ida left Orlow in the dark."),
        (
            "Brandt said she never saw the letter.",
            "Brandt denies that she leaked it and says she never saw the letter.",
        ),
        ("Sales of Norvex rose by 4 percent.", "Sales of Norvex rose 4 percent."),
        ("The pipes are to be replaced under the city's plans.", "The city plans to replace the pipes."),
        ("The firm was not hurt by the tax.", "No firm was hurt by the tax."),
        ("The council meets every week.", "The council meets weekly."),
        ("All three ferries were sold.", "The three ferries were sold."),
        ("Two of the nine hostages were freed.", "Two of the nine hostages were freed on Friday."),
    ],
)
def test_what_limits_the_source_may_be_kept_or_be_beside_the_point(checker, sentence, source):
    assert checker(sentence, source).verdict == "supported"


def test_the_year_of_publication_dates_only_what_the_source_dates(checker):
    heading = "A bridge for Lindau | 2024-03-03"
    assert checker("The bridge opened in 2024.", "The bridge opened on Friday.", heading).verdict == "supported"
    for source in ("The bridge opened to traffic.", "The bridge opened last year."):
        assert checker("The bridge opened in 2024.", source, heading).verdict != "supported"


def test_a_quotation_keeps_its_speaker(checker):
    source = '"We will not raise prices," Rosa Blanco told reporters. Coach Tim Hale said his team was ready.'
    assert checker("Rosa Blanco said that they will not raise prices.", source).verdict == "supported"
    assert checker("Tim Hale said that they will not raise prices.", source).verdict == "contradicted"


@pytest.mark.parametrize(
    "source",
    [
        '"We will not raise prices in June," said Rosa Blanco, head of the port.',
        "Rosa Blanco, head of the port, told reporters: “We will not raise prices in June.”",
        "According to Rosa Blanco, head of the port, they will not raise prices in June.",
    ],
)
@pytest.mark.parametrize(
    "sentence",
    [
        "Rosa Blanco said that they will not raise prices in June.",
        "According to Rosa Blanco, they will not raise prices in June.",
        "Rosa Blanco, head of the port, said they will not raise prices in June.",
    ],
)
def test_who_said_it_may_come_before_the_words_or_after_them(checker, sentence, source):
    assert checker(sentence, source).probability >= Config().support_threshold
    assert checker(sentence.replace("Rosa Blanco", "Tim Hale"), source).verdict != "supported"


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("The first talks took place in Geneva in May.", "In May, both sides held their first talks in Geneva."),
        ("Lindau is in Bavaria.", "Lindau (German pronunciation: lin-DOW) is a town in Bavaria."),
    ],
)
def test_the_same_in_other_words_is_shown(checker, sentence, source):
    assert checker(sentence, source).probability >= Config().support_threshold


@pytest.mark.parametrize("text", [SOURCE, FIRE, ASKED, VIDEO, TAX])
def test_the_words_of_the_source_are_supported(checker, text):
    for start, end in sentences.split(text):
        assert checker(text[start:end], text).probability == VERBATIM


def test_many_agrees_with_one_by_one(checker):
    pairs = [("The blaze destroyed the harbour.", FIRE, ""), ("The blaze did not destroy the harbour.", FIRE, "")]
    assert checker.many(pairs) == [checker(*pair) for pair in pairs]
    assert checker.many([]) == []


@pytest.mark.parametrize("sentence", ["", " ", "…", "😀", "مرحبا", "x" * 3000, "[1]"])
@pytest.mark.parametrize("source", ["", FIRE])
def test_any_text_gets_a_probability(checker, sentence, source):
    result = checker(sentence, source)
    assert 0.0 <= result.probability <= 1.0
    assert result.verdict != "supported" or source


def test_a_difference_never_speaks_for_support():
    bias, fitted = weights()
    assert math.isfinite(bias)
    assert set(fitted) == set(SIGNALS)
    assert all(weight <= 0 for weight in fitted.values())


SCIENTISTS = "They heard Meta’s Chief Science Officer Jo Weiss and Acme Professor Karl Lund, the third time in a year."


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("Jo Weiss is Meta's Chief Science Officer.", True),
        ("Jo Weiss is the Chief Science Officer at Meta.", True),
        ("Karl Lund is Meta's Chief Science Officer.", False),
        ("Karl Lund is the Chief Science Officer at Meta.", False),
        ("They heard Jo Weiss the third time in a year.", True),
        ("They heard Jo Weiss the fourth time in a year.", False),
    ],
)
def test_a_title_belongs_to_its_bearer_and_a_count_to_its_place(checker, sentence, supported):
    assert (checker(sentence, SCIENTISTS).verdict == "supported") is supported


def test_the_title_of_the_article_does_not_say_what_somebody_is(checker):
    title = "Acme CEO opens conference | Lindau Post"
    assert checker("Jo Weiss is the CEO of Acme.", SCIENTISTS, title).verdict != "supported"
    assert checker("Acme's CEO opened it on Monday.", "She opened it on Monday.", title).verdict == "supported"


BENCHED = "The coach, Jo Weiss, said Karl Lund would miss the tour of Portugal and train alone."


@pytest.mark.parametrize(
    ("sentence", "source", "supported"),
    [
        ("Jo Weiss will miss the tour of Portugal and train alone.", BENCHED, False),
        ("Karl Lund would miss the tour of Portugal and train alone.", BENCHED, True),
        ("Jo Weiss said Karl Lund would miss the tour of Portugal.", BENCHED, True),
        ("Jo Weiss would miss the tour.", "The coach, Jo Weiss, said she would miss the tour.", True),
        ("Jo Weiss will close the plant.", "Jo Weiss told reporters that the owners will close the plant.", False),
    ],
)
def test_who_speaks_is_not_whom_they_speak_of(checker, sentence, source, supported):
    assert (checker(sentence, source).verdict == "supported") is supported
