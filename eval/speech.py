# ruff: noqa: SIM905, E501 - word lists and patterns read better unbroken
"""Who said it, and who holds which office: pairs in the manner of news, around sentences of another text.

The persons and offices are made up; what is said is a true sentence of the source. Knows nothing about the checker.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

PEOPLE = """Maria Alvarez;Tom Brandt;Aisha Karim;Peter Novak;Lin Hua;James Okoro;Elena Petrova;David Stern;Fatima Noor;
Hugo Lindgren;Ruth Cohen;Carlos Mendes;Anna Kowalska;George Papas;Mei Tanaka;John Whitfield;Nadia Haddad;Oscar Berg;
Priya Raman;Samuel Adeyemi;Clara Weiss;Victor Hugo Lima;Karen Doyle;Ivan Sokolov""".replace("\n", "").split(";")
OFFICES = """mayor of Leeds;director of the museum;professor at Yale University;head of the central bank;
spokeswoman for the ministry;chief executive of Norvex;lawyer for the victims;analyst at Halden Capital;
coach of the team;chair of the committee;editor of the journal;member of parliament;founder of the charity;
minister of health;captain of the ship;president of the union""".replace("\n", "").split(";")

FIRMS = "Norvex;Halden Motors;Brightwater;Quillon;Tessera Labs;Ostrava Robotics;Kestrel;Marlin Foods".split(";")
THINGS = (("a video of two children", "The video"), ("a new engine", "The engine"), ("a robot that folds laundry", "The robot"),
          ("the plans for a tower", "The plans"), ("a map of the coast", "The map"))  # fmt: skip
LINKS = (("was made with technology from", "made with technology from"), ("was paid for by", "paid for by"),
         ("was ordered last year by", "ordered last year by"))  # fmt: skip
ROLES = (
    ("who founded a start-up", ("{a} founded {firm}.", "{a} is the founder of {firm}.", "{a}'s start-up is called {firm}.",
     "The start-up that {a} founded is {firm}.", "{a}, who founded {firm}, showed {thing}.")),
    ("the head of a small company", ("{a} is the head of {firm}.", "{a}, the head of {firm}, showed {thing}.",
     "The name of {a}'s company is {firm}.", "{a}'s company is {firm}.", "The company that {a} heads is {firm}.")),
    ("a partner at an investment firm", ("{a} is a partner at {firm}.", "{a}, a partner at {firm}, showed {thing}.",
     "The firm of {a} is {firm}.", "{a}'s firm is called {firm}.")),
)  # fmt: skip
"""Of somebody's firm that is not named, and what would join it with another one's name."""

ACTS = "resign;leave the party;close the plant in Leeds;sell the club;raise prices;go to court;cancel the tour;hire 200 people".split(
    ";"
)
CAUSES = "the budget is cut;the tax is raised;the strike goes on;the vote is lost;the court agrees;the weather gets worse;no buyer is found".split(
    ";"
)

Made = tuple[str, str]


def _scene(sentence: str, source: str, rng: Random) -> tuple[str, str, str, str, str, str] | None:
    """Two speakers with offices; the first one says a sentence of the source."""
    if len(sentence) > 220 or '"' in sentence + source or sentence.split()[0] in ("He", "She", "His", "Her"):
        return None
    a, b = rng.sample(PEOPLE, 2)
    x, y = rng.sample(OFFICES, 2)
    core = sentence.rstrip(".")
    lower = (
        core[0].lower() + core[1:]
        if core.split()[0] in ("The", "It", "They", "A", "An", "In", "This", "There")
        else core
    )
    other = rng.choice(("the matter was settled long ago", "more work was needed", "this came as no surprise",
                        "people should look at the evidence", "there was no reason to worry"))  # fmt: skip
    scenes = (
        f'"{core}," said {a}, {x}. {b}, {y}, said {other}.',
        f'{a}, {x}, told reporters: "{core}." But {b}, {y}, said {other}.',
        f'{b}, {y}, said {other}. "{core}," {a}, {x}, added.',
        f'According to {a}, {x}, {lower}. {b}, {y}, said that {other}.',
        f'{b} said {other}. {a} noted that {lower}.',
        f'"{core}," {a} said. {b} said {other}.',
    )  # fmt: skip
    return rng.choice(scenes), a, b, x, y, lower


def _report(who: str, what: str, rng: Random) -> str:
    return rng.choice((f"{who} said that {what}.", f"According to {who}, {what}.", f'{who} said: "{what[0].upper()}{what[1:]}."',
                       f"{who} said {what}.", f"{who} stated that {what}.", f"{who.split()[-1]} said that {what}."))  # fmt: skip


def right_speaker(sentence: str, source: str, rng: Random) -> Made | None:
    scene = _scene(sentence, source, rng)
    return (_report(scene[1], scene[5], rng), scene[0]) if scene else None


def wrong_speaker(sentence: str, source: str, rng: Random) -> Made | None:
    scene = _scene(sentence, source, rng)
    return (_report(scene[2], scene[5], rng), scene[0]) if scene else None


def right_office(sentence: str, source: str, rng: Random) -> Made | None:
    scene = _scene(sentence, source, rng)
    if not scene or scene[3] not in scene[0]:
        return None
    return _office(scene[1], scene[3], scene[5], rng), scene[0]


def wrong_office(sentence: str, source: str, rng: Random) -> Made | None:
    """The name, or the office, of the other speaker."""
    scene = _scene(sentence, source, rng)
    if not scene or scene[4] not in scene[0]:
        return None
    return _office(scene[1], scene[4], scene[5], rng), scene[0]


def _office(who: str, office: str, what: str, rng: Random) -> str:
    return rng.choice((f"{who}, {office}, said that {what}.", f"{who} is {office}.", f"{who}, {office}, said {what}."))


def only_asked(sentence: str, source: str, rng: Random) -> Made | None:
    """What is asked, or not known, told as if it were so."""
    scene = _scene(sentence, source, rng)
    if not scene:
        return None
    a, x, lower = scene[1], scene[3], scene[5]
    asked = _asked(a, x, lower, rng)
    return rng.choice((f"{lower[0].upper()}{lower[1:]}.", f"{a} said that {lower}.", f"{a} said {lower}.")), asked


def asked_kept(sentence: str, source: str, rng: Random) -> Made | None:
    """Told as what is asked; or told as so, where only something else is asked."""
    scene = _scene(sentence, source, rng)
    if not scene:
        return None
    a, x, lower = scene[1], scene[3], scene[5]
    if rng.random() < 0.5:
        how = rng.choice(("{} was asked whether {}.", "{} was asked if {}.", "{} did not say whether {}."))
        return how.format(a, lower), _asked(a, x, lower, rng)
    return sentence, f"{source} Asked whether this would change, {a}, {x}, declined to comment."


def _asked(who: str, office: str, what: str, rng: Random) -> str:
    return rng.choice((
        f"Asked whether {what}, {who}, {office}, declined to comment.",
        f"{who} was asked if {what}, and did not say.",
        f"{who}, {office}, who was asked whether {what}, said more work was needed.",
        f'"Nobody knows if {what}," said {who}, {office}.',
        f"When asked if {what}, {who} said people should look at the evidence.",
    ))  # fmt: skip


def joined(sentence: str, source: str, rng: Random) -> Made | None:
    """A person of one sentence and a firm of another, made one by the statement."""
    first, second, a, firm, thing, _, said = _joined_scene(rng)
    return rng.choice(said).format(a=a, firm=firm, thing=thing), f"{first} {second} {source}"


def joined_rightly(sentence: str, source: str, rng: Random) -> Made | None:
    """Two sentences that belong together, because the second one takes up the first one's thing, or says "it"."""
    first, second, a, firm, thing, link, said = _joined_scene(rng)
    if rng.random() < 0.4:
        return rng.choice(said).format(a=a, firm=firm, thing=thing), f"{first} It is called {firm}. {source}"
    told = rng.choice(("{a} showed {thing} {link} {firm}.", "{a} showed {thing}, which was {link} {firm}.",
                       "{the} that {a} showed was {link} {firm}."))  # fmt: skip
    return told.format(a=a, firm=firm, thing=thing, link=link, the=dict(THINGS)[thing]), f"{first} {second} {source}"


def _joined_scene(rng: Random) -> tuple[str, str, str, str, str, str, tuple[str, ...]]:
    a, firm, (thing, the), (link, short) = rng.choice(PEOPLE), rng.choice(FIRMS), rng.choice(THINGS), rng.choice(LINKS)
    role, said = rng.choice(ROLES)
    return f"At the fair, {a}, {role}, showed {thing}.", f"{the} {link} {firm}.", a, firm, thing, short, said


def unconditional(sentence: str, source: str, rng: Random) -> Made | None:
    """What would happen only if something else did, told without that."""
    told, a, act, _ = _conditional(rng)
    said = rng.choice(("{a} said that the owners would {act}.", "{a} said the owners would {act}.", "The owners would {act}.",
                       "The owners will {act}, according to {a}."))  # fmt: skip
    return said.format(a=a, act=act), f"{told} {source}"


def conditional(sentence: str, source: str, rng: Random) -> Made | None:
    """Told with its condition; or something else told, beside which a condition stands."""
    told, a, act, cause = _conditional(rng)
    if rng.random() < 0.4:
        return sentence, f"{source} {told}"
    said = rng.choice(("{a} said that the owners would {act} if {cause}.", "If {cause}, the owners would {act}, {a} said.",
                       "The owners would {act} if {cause}."))  # fmt: skip
    return said.format(a=a, act=act, cause=cause), f"{told} {source}"


def _conditional(rng: Random) -> tuple[str, str, str, str]:
    a, x, act, cause = rng.choice(PEOPLE), rng.choice(OFFICES), rng.choice(ACTS), rng.choice(CAUSES)
    told = rng.choice((f"{a}, {x}, said that the owners would {act} if {cause}.", f"If {cause}, the owners would {act}, {a} said.",
                       f"{a} said the owners would {act}, if {cause}.", f'"If {cause}, the owners will {act}," said {a}, {x}.'))  # fmt: skip
    return told, a, act, cause


def other_subject(sentence: str, source: str, rng: Random) -> Made | None:
    """Who speaks, in the place of whom they speak of."""
    a, _, act, told = _spoken_of(rng)
    return rng.choice(("{} will {}.", "{} would {}.", "{} is to {}.")).format(a, act), f"{told} {source}"


def own_subject(sentence: str, source: str, rng: Random) -> Made | None:
    """Whom somebody speaks of: another one, or themselves."""
    a, b, act, told = _spoken_of(rng)
    if rng.random() < 0.5:
        return f"{b[0].upper()}{b[1:]} would {act}.", f"{told} {source}"
    told = rng.choice(
        (
            "{a}, {x}, said she would {act}.",
            "{a} said that he would {act}.",
            "{a}, {x}, told reporters she would {act}.",
        )
    )
    return rng.choice(("{} would {}.", "{} said she would {}.")).format(a, act), told.format(
        a=a, x=rng.choice(OFFICES), act=act
    )


def _spoken_of(rng: Random) -> tuple[str, str, str, str]:
    a, b = rng.sample(PEOPLE, 2)
    other = rng.choice((b, "the owners", "the club", "the two sisters"))
    x, act = rng.choice(OFFICES), rng.choice(ACTS)
    told = rng.choice(("{a}, {x}, said {b} would {act}.", "{a} said that {b} would {act}.", "{x}, {a}, said {b} would {act}.",
                       "{a} told reporters that {b} would {act}.")).format(a=a, b=other, x=x, act=act)  # fmt: skip
    return a, other, act, told[0].upper() + told[1:]


SPEECH_KINDS: tuple[tuple[str, bool, Callable[[str, str, Random], Made | None]], ...] = (
    ("speaker kept", True, right_speaker), ("speaker changed", False, wrong_speaker),
    ("office kept", True, right_office), ("office changed", False, wrong_office),
    ("asked kept", True, asked_kept), ("only asked", False, only_asked),
    ("joined rightly", True, joined_rightly), ("joined", False, joined),
    ("condition kept", True, conditional), ("condition dropped", False, unconditional),
    ("subject kept", True, own_subject), ("subject changed", False, other_subject),
)  # fmt: skip
