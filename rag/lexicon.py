# ruff: noqa: SIM905, E501 - a word list reads better as prose than as a list of strings
"""Word lists, written by hand: what is negation, what weakens a claim, which words mean the same or the opposite.

Knows nothing about texts or how words are compared; the entries are plain words, stemmed by `rag.words`.
A word missing here costs accuracy, never a crash: it is then compared by its stem alone.
"""

from __future__ import annotations

FUNCTION = frozenset(
    """a an the this that these those of in on at to from by with for as into onto upon about over under than then and or
    but if so such is are was were be been being am has have had having do does did doing it its itself he she him his
    her hers himself herself they them their theirs themselves we us our ours i me my you your who whom whose which what
    when where while there here also too very just only both all any each some most more much many own same other
    another again further once not no nor never will would can could may might must shall should because during through
    between among within out up down off how why after before until since per via s t e.g i.e etc one ones however
    therefore thus amid against toward towards although though despite whether
    according going""".split()
)
"""Words that carry no content of their own."""

PRONOUNS = frozenset(
    "it its he she him his her hers they them their theirs this these who which itself himself".split()
)

STANDINS = frozenset(
    """company firm group agency ministry government president minister city country team club show series film movie
    book song album band organization organisation university school party court act law bill treaty war battle bridge
    character actor actress singer author player coach man woman region state province river island event""".split()
)
"""Nouns that, after "the", stand for a name given before."""

LEADING = frozenset("in at of from by with to for on near against between into over under after before during".split())
"""Words that tie a name to what stands before it."""

CONDITIONS = frozenset("if unless provided assuming".split())
UNCONDITIONAL = frozenset(
    "as even asked ask asking know knows knew say says see wonder decide question sure not".split()
)
"""Words after which "if" gives no condition: "as if", "even if", "asked if"."""
SETTLED = frozenset("when once until should depending depends condition case threatened".split())
"""Other ways to say that something depends on something else."""
MODALS = frozenset("will would could can may might must shall should".split())

NEGATIONS = frozenset("not never no none neither nor cannot without nobody nothing nowhere hardly barely".split())

FAILURES = frozenset("fail fails failed refuse refuses refused decline declines declined unable".split())
"""Words that negate what follows when "to" comes next."""

HEDGES = {
    "possible": """may might could possibly perhaps maybe likely probably reportedly allegedly apparently
        purportedly supposedly presumably presumed potentially alleged rumoured rumored unlikely suspected
        believed thought suggested suggests attribute attributes attributed appears appear appeared seems seem
        seemed claims claimed claim allege alleges suspects accused accuses""",
    "planned": """plans plan planned planning intends intend intended aims aim aimed hopes hope hoped expects expect
        expected wants want wanted proposes propose proposed proposes considers considering consider seeks seek sought
        should scheduled slated ought tries tried try attempts attempted attempt vowed vows pledged pledges
        promised promises threatened threatens urged urges""",
    "future": "will shall would",
}
"""Words that make a claim weaker than a report of what happened."""

NO_NOUN = frozenset("no none neither nor nobody nothing".split())
"""Negations of a noun."""
PARTING = frozenset("and but that to while although because than whereas".split())
"""Words that part one statement of a clause from another."""
PARTS = frozenset("most some many few several part none neither half third quarter one".split())
OWNING = frozenset("the its his her their all those these our".split())
"""What stands before "of" and after it where a part is meant: "most of the"."""
CALLS, OFFERS = frozenset("call calls called calling".split()), frozenset("offer offers offered offering".split())
"""Words that plan, the ones before "for" and the others before "to"."""
COMPARING = frozenset("as more less most least times".split())
HELPING = frozenset("help begin start continue come go get be become stop".split())
"""Verbs after which, beside "could", the next verb is no fact either."""

DENIALS = frozenset("deny denies denied denying".split())
PROOFS = frozenset("evidence proof indication indications sign signs suggestion".split())
"""Words that, negated, negate all that follows: "no evidence that it is late"."""
CEASED = frozenset("stop stops stopped cease ceases ceased quit quits".split())
"""Words that negate the doing that comes next: "stopped selling"."""
ALMOST = frozenset("nearly almost".split())
LEFT_OUT = frozenset("except excepting".split())
"""Words that take what comes next out of what is said."""
PAST_TITLES = frozenset("former formerly ex vice deputy acting".split())
"""Words without which a title says something else."""

DOUBTS = frozenset(
    """allegedly reportedly purportedly supposedly apparently presumably possibly potentially perhaps maybe probably
    alleged suspected rumoured rumored""".split()
)
"""Words beside a claim that must not be lost, whatever else in the sentence makes it weaker."""

DEGREES = frozenset("partly partially largely mostly mainly".split())
"""Words beside a claim that say that it does not hold altogether."""

ASKED = frozenset(
    """ask asks asked asking question questions questioned questioning wonder wonders wondered know knows knew known
    unclear unknown unsure sure doubt doubts doubted uncertain consider considers considering considered discuss
    discussed examine examined""".split()
)
"""Words before a "whether" or "if" that makes a question of all that follows it, commas and all."""

EXCLUSIVE = frozenset("only all every both entire entirely solely exclusively always whole sole everyone each".split())
"""Words that turn "some" into "no others" or "none left out"."""

SPEECH = frozenset(
    """say said says tell told tells add added adds state stated states note noted notes claim claimed claims warn warned
    warns argue argued argues explain explained explains write wrote writes insist insisted remark remarked announce
    announced comment commented reply replied according stress stressed emphasize emphasized emphasise emphasised
    describe described call called declare declared suggest suggested admit admitted acknowledge acknowledged recall
    recalled conclude concluded observe observed testify testified""".split()
)

TITLES = frozenset(
    """mr mrs ms dr sir lord lady president minister prime chancellor secretary senator governor mayor king queen prince
    princess pope general colonel captain judge justice professor prof ceo chairman chairwoman chief director officer the
    of st rep sen gov""".split()
)
"""Words inside a name that do not tell who it is."""

MODIFIERS = {
    "over": "more than|greater than|over|above|upwards of|upward of|exceeding|in excess of|well over|just over",
    "least": "at least|no fewer than|no less than|not less than|a minimum of|minimum of",
    "under": "less than|fewer than|under|below|just under",
    "most": "at most|no more than|not more than|up to|as many as|as much as|a maximum of|maximum of",
    "nearly": "nearly|almost|close to|approaching|just short of|not quite",
    "about": "about|around|approximately|roughly|some|circa|ca.|c.|an estimated|estimated|around about|or so",
}
"""What stands before a number and changes what it says."""

UNITS = {
    "%": "% percent percentage pct",
    "pp": "percentage-points",
    "usd": "$ dollar dollars usd",
    "eur": "€ euro euros eur",
    "gbp": "£ pound pounds gbp sterling",
    "jpy": "¥ yen",
    "cny": "yuan rmb renminbi",
    "km": "km kilometre kilometres kilometer kilometers",
    "mi": "mi mile miles",
    "m": "m metre metres meter meters",
    "ft": "ft foot feet",
    "in": "inch inches",
    "cm": "cm centimetre centimetres centimeter centimeters",
    "mm": "mm millimetre millimetres millimeter millimeters",
    "yd": "yd yard yards",
    "kg": "kg kilogram kilograms kilo kilos",
    "g": "gram grams",
    "lb": "lb lbs",
    "t": "tonne tonnes ton tons",
    "l": "litre litres liter liters",
    "gal": "gallon gallons",
    "acre": "acre acres",
    "ha": "hectare hectares ha",
    "year": "year years",
    "month": "month months",
    "week": "week weeks",
    "day": "day days",
    "hour": "hour hours",
    "minute": "minute minutes",
    "second": "second seconds",
    "decade": "decade decades",
    "century": "century centuries",
    "°c": "°c celsius",
    "°f": "°f fahrenheit",
    "mw": "mw megawatt megawatts",
    "gw": "gw gigawatt gigawatts",
    "kw": "kw kilowatt kilowatts",
    "goal": "goal goals",
    "point": "point points",
    "episode": "episode episodes",
    "season": "season seasons",
    "seat": "seat seats",
    "vote": "vote votes",
}

COUNTED = "|".join(
    """jobs workers staff employees posts troops soldiers homes houses households buildings flats cars vehicles units
    copies tons tonnes dollars euros pounds yuan yen members students pupils patients passengers residents families
    companies firms schools trees seats votes deaths cases men women children visitors spectators participants
    delegates officers firefighters protesters refugees hectares acres metres meters kilometres kilometers
    hours times years days shares tickets books stores shops""".split()
)
"""What a number of four figures may be of, so that it is no year."""

OPPOSITES = (
    (
        "rise increase grow climb gain jump surge soar up higher growth raise expand widen boost improve accelerate upward",
        "fall decrease decline drop shrink plunge slump down lower reduce cut narrow reduction worsen slow dip downward",
    ),
    ("before prior precede previously earlier sooner", "after following follow later subsequently"),
    ("first earliest initial", "last final latest"),
    ("early", "late"),
    ("begin start open commence launch", "end finish close stop conclude cease halt"),
    ("win victory defeat beat winner", "lose loss loser"),
    ("buy purchase acquire", "sell sale"),
    (
        "accept approve back support favor favour endorse agree welcome",
        "reject refuse oppose deny decline veto disagree",
    ),
    ("allow permit legal lawful authorize authorise", "ban forbid prohibit illegal unlawful bar"),
    ("north northern", "south southern"),
    ("east eastern", "west western"),
    ("northeast northeastern", "southwest southwestern"),
    ("large big great huge major larger bigger largest biggest greatest", "small little tiny minor smaller smallest"),
    ("high tall highest", "low short lowest"),
    ("more most greater", "less fewer least fewest"),
    ("old older oldest elder", "new young younger newer newest youngest"),
    ("strong stronger strengthen", "weak weaker weaken"),
    ("hot warm warmer", "cold cool colder"),
    ("rich wealthy richer richest", "poor poorer poorest"),
    ("good better best", "bad worse worst"),
    ("long longer longest", "shorter shortest brief"),
    ("fast quick rapid faster", "slower slowest sluggish"),
    ("male man boy father son brother husband king", "female woman girl mother daughter sister wife queen"),
    ("enter arrive join", "leave depart exit quit withdraw"),
    (
        "common usual frequent often commonly usually frequently generally normally regularly",
        "rare unusual rarely seldom uncommon infrequent",
    ),
    ("public", "private"),
    ("wide broad wider broader widest", "narrower narrowest narrow"),
    ("inside internal inner domestic", "outside external outer foreign"),
    ("left", "right"),
    ("positive", "negative"),
    ("majority", "minority"),
    ("maximum", "minimum"),
    ("success succeed successful successfully", "failure fail unsuccessful unsuccessfully"),
    ("alive survive live born", "dead die death kill killed"),
    ("guilty convict convicted", "innocent acquit acquitted"),
    ("include including", "exclude excluding except"),
    ("safe", "dangerous unsafe"),
    ("easy simple", "difficult hard complex"),
    ("import", "export"),
    ("employ hire appoint", "dismiss fire sack"),
    ("build construct create establish found", "destroy demolish dismantle abolish dissolve"),
    ("ancient", "modern"),
    ("possible able", "impossible unable"),
    ("upper top", "lower bottom"),
    ("front", "rear"),
    ("permanent", "temporary"),
    ("profit", "deficit"),
    ("hero protagonist", "villain antagonist"),
    ("attack", "defend defence defense"),
    ("lend", "borrow"),
    ("advance", "retreat"),
    ("remember", "forget"),
    ("true correct right", "false wrong incorrect"),
    ("near close nearby", "far distant remote"),
    ("single", "multiple several"),
    ("heavy", "light"),
    ("full", "empty"),
    ("thick", "thin"),
    ("deep", "shallow"),
    ("wide broad", "narrow"),
    ("ally friend", "enemy opponent"),
    ("lift ease relax", "impose tighten"),
    ("release free", "detain arrest imprison jail"),
    ("teacher", "student pupil"),
    ("parent", "child children"),
    ("above", "below beneath"),
    ("pass", "block"),
    ("present", "absent"),
    ("active", "inactive"),
    ("direct directly", "indirect indirectly"),
    ("same identical", "different"),
    ("summer", "winter"),
    ("spring", "autumn"),
    ("morning", "evening"),
    ("natural", "artificial synthetic"),
    ("wet", "dry"),
    ("bright light", "dark"),
    ("happy glad", "sad unhappy"),
    ("unite merge combine", "divide split separate"),
    ("attract", "repel"),
    ("visible", "invisible"),
    ("sweet", "bitter"),
    ("create", "abolish"),
    ("gain", "lose"),
    ("praise", "criticize criticise condemn blame"),
    ("agree", "disagree"),
    ("optimistic", "pessimistic"),
    ("cheap", "expensive"),
    ("peace", "war"),
    ("love like", "hate dislike"),
    ("confirm", "deny"),
    ("guilty", "innocent"),
    ("ahead", "behind"),
    ("popular", "unpopular"),
    ("equal", "unequal"),
    ("comedy", "tragedy"),
    ("smooth", "rough"),
    ("solid", "liquid"),
    ("vote-for", "vote-against"),
    ("with", "without"),
    ("push", "pull"),
    ("appear", "disappear vanish"),
    ("encourage", "discourage"),
    ("unanimous", "divided"),
    ("fresh", "stale"),
    ("healthy", "sick ill"),
    ("clean", "dirty"),
    ("calm", "violent"),
    ("urban", "rural"),
    ("primary main", "secondary"),
)
"""Pairs of groups: words of one group mean about the same, words of the two groups the opposite."""

SYNONYMS = (
    "say tell state note add remark explain comment announce declare stress emphasize emphasise highlight mention",
    "help aid assist assistance",
    "show reveal indicate demonstrate",
    "use utilize utilise employ",
    "country nation",
    "company firm business corporation",
    "film movie",
    "american us america",
    "british uk britain",
    "car vehicle automobile",
    "doctor physician",
    "child kid",
    "injure wound hurt",
    "murder kill slay",
    "car automobile",
    "city town",
    "job post position role",
    "talks negotiation dialogue discussion meeting",
    "meet meeting gather",
    "money fund funding cash",
    "people person individual",
    "police officer",
    "area region zone district",
    "choose select pick elect",
    "make produce create manufacture",
    "name call title",
    "located situated lie",
    "receive get obtain",
    "happen occur place",
    "need require necessary",
    "danger risk threat",
    "soldier troop",
    "attempt try",
    "speak talk speech",
    "study research",
    "scientist researcher",
    "pay salary wage",
    "resign quit step",
    "big large",
    "world global international worldwide",
    "study report survey",
    "chief head leader",
    "lead head",
    "star play portray",
    "play perform",
    "write author pen",
    "direct director",
    "law legislation act bill",
    "firm company",
    "rule regulation",
    "fight battle combat",
    "war conflict",
    "sign signing signature",
    "fix repair",
    "home house",
    "vote ballot",
    "fear worry concern",
    "part portion section",
    "aim goal purpose intend",
    "cause lead trigger prompt",
    "also additionally",
    "type kind sort",
    "mainly primarily mostly",
    "several multiple many various",
    "roughly approximately",
    "because due",
    "derive originate come",
    "keep retain maintain",
)
"""Groups of words that may stand for each other."""

IRREGULAR = dict(
    pair.split(":")
    for pair in """rose:rise risen:rise fell:fall fallen:fall grew:grow grown:grow bought:buy sold:sell won:win lost:lose
    began:begin begun:begin ended:end said:say told:tell wrote:write written:write spoke:speak spoken:speak met:meet
    made:make took:take taken:take gave:give given:give went:go gone:go came:come left:leave held:hold led:lead
    built:build found:find chose:choose chosen:choose became:become kept:keep knew:know known:know saw:see seen:see
    ran:run sang:sing sung:sing sent:send spent:spend stood:stand taught:teach thought:think threw:throw thrown:throw
    understood:understand wore:wear worn:wear paid:pay put:put beaten:beat drew:draw drawn:draw drove:drive driven:drive
    ate:eat eaten:eat flew:fly flown:fly fought:fight forgot:forget froze:freeze hid:hide hurt:hurt laid:lay lay:lie
    meant:mean rode:ride shook:shake shot:shoot shown:show slept:sleep stole:steal stolen:steal struck:strike
    swam:swim sought:seek brought:bring caught:catch felt:feel got:get heard:hear lent:lend broke:break broken:break
    men:man women:woman children:child people:people wives:wife lives:life has:have had:have is:be are:be was:be
    were:be been:be being:be does:do did:do done:do died:die dying:die shrank:shrink shrunk:shrink drank:drink
    arose:arise bore:bear born:born wound:wound bound:bind fed:feed fled:flee forbade:forbid forbidden:forbid
    withdrew:withdraw withdrawn:withdraw overthrew:overthrow oversaw:oversee underwent:undergo""".split()
)
"""Forms that a stemmer does not bring together. "left" and "found" are read as verbs."""

NUMBER_WORDS = {
    word: float(value)
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen""".split()
    )
} | {
    word: float(value)
    for value, word in zip(
        range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(), strict=True
    )
}

SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
    "mn": 1e6,
    "bn": 1e9,
    "tn": 1e12,
    "k": 1e3,
}

ORDINALS = {
    word: value
    for value, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
        sixteenth seventeenth eighteenth nineteenth twentieth""".split(),
        start=1,
    )
}

MONTHS = {
    name: number
    for number, names in enumerate(
        """january,jan february,feb march,mar april,apr may june,jun july,jul august,aug september,sept,sep october,oct
        november,nov december,dec""".split(),
        start=1,
    )
    for name in names.split(",")
}

WEEKDAYS = {
    name: number
    for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split(), start=1)
}

COUNTRIES = frozenset(
    """afghanistan albania algeria angola argentina armenia australia austria azerbaijan bangladesh belarus belgium benin
    bolivia bosnia botswana brazil britain bulgaria burkina burundi cambodia cameroon canada chad chile china colombia
    congo croatia cuba cyprus czechia denmark ecuador egypt england eritrea estonia ethiopia finland france gabon gambia
    georgia germany ghana greece guatemala guinea haiti honduras hungary iceland india indonesia iran iraq ireland israel
    italy jamaica japan jordan kazakhstan kenya korea kosovo kuwait kyrgyzstan laos latvia lebanon liberia libya lithuania
    luxembourg madagascar malawi malaysia mali malta mauritania mexico moldova mongolia montenegro morocco mozambique
    myanmar namibia nepal netherlands nicaragua niger nigeria norway oman pakistan palestine panama paraguay peru
    philippines poland portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia slovenia somalia
    spain sudan sweden switzerland syria taiwan tajikistan tanzania thailand tunisia turkey turkmenistan uganda ukraine
    uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe africa america asia europe eu uk us usa u.s u.s. u.k.
    u.s.a.""".split()
)
"""Countries and continents, in small letters, those of several words by one of them."""
