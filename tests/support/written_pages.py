"""Pages written for the tests, each with the text that a reader wants and what surrounds it.

Some are stories followed by other articles or by teasers, some are stories that look like what is
to be left out, some present a service, two are documentation.
"""

from typing import NamedTuple

_SITE = "https://courier.example"

STORY = (
    (
        "Harbour Freight moved its claims desk to a language model in March, and the first week went "
        "so badly that the pilots were paused twice before the auditors had even arrived."
    ),
    (
        "The company reads about nine hundred claims a day. Each used to take a clerk eleven minutes, "
        "most of them spent on finding the bill of lading in a shared drive."
    ),
    (
        "Engineers put a retrieval step before the model, which cut the wrong answers to a third. What "
        "remained were claims whose photographs contradicted the form."
    ),
    (
        "Those now go to a person at once. The desk counts every handover and publishes the number on a "
        "board in the hall, next to the cost of the month."
    ),
    (
        "In June the board showed four handovers in a hundred, a cost of eleven cents for each claim, "
        "and a clerk who had begun to write tests for the prompts."
    ),
)
_OTHERS = (
    (
        "Ferry timetable collapses under winter storms",
        "Passengers slept on the benches of the terminal while the operator looked for a crew.",
        "Three sailings were cancelled on Sunday, and a fourth turned round within sight of land.",
        "The ministry promised vouchers, although nobody could say where they may be spent.",
    ),
    (
        "Bakers of the old town win their oven back",
        "A judge found that smoke from a wood oven is part of the street's protected character.",
        "Neighbours had complained for six years, mostly about the smell of rye before sunrise.",
        "The bakers celebrated with free rolls, which ran out after twenty minutes.",
    ),
    (
        "Museum lends its whale to a shopping centre",
        "The skeleton will hang above the escalators until the roof of the museum is mended.",
        "Curators insured every vertebra separately and travelled with the lorry at night.",
        "Children may draw it on Wednesdays, with charcoal, under the eye of a guard.",
    ),
    (
        "Chess club sues the makers of a noisy fountain",
        "Members claim that the pump rattles in the key of an expired clock.",
        "An acoustician measured sixty decibels at board nine and forty at the bar.",
        "The city would rather move the club, which has met there since the war.",
    ),
)
_TITLE = "Claims desk learns to hand over"


class WrittenPage(NamedTuple):
    """A page with its address, the lines of its text, and other lines."""

    html: str
    url: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]


def _document(body: str, *, title: str = _TITLE, kind: str = "article") -> str:
    menu = "".join(
        f"<li><a href='/{name}'>{name}</a></li>" for name in ("News", "Sport", "Opinion")
    )
    return (
        f"<!doctype html><html lang='en'><head><title>{title} | The Courier</title>"
        f"<meta property='og:type' content='{kind}'></head><body>"
        f"<header class='site-header'><nav><ul>{menu}</ul></nav></header>{body}"
        "<footer><p>All rights reserved by the publisher of this paper.</p></footer></body></html>"
    )


def _paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def _story(level: int = 1) -> str:
    byline = "<p class='byline'>By Nora Quill</p>"
    return f"<h{level}>{_TITLE}</h{level}>{byline}{_paragraphs(STORY)}"


def _link(headline: str) -> str:
    return f"<a href='{_SITE}/2025/{headline.lower().replace(' ', '-')}'>{headline}</a>"


def _between(word: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return each text behind its numbered heading."""
    return tuple(line for place, text in enumerate(texts) for line in (f"{word} {place}", text))


def _news(body: str, unwanted: tuple[str, ...]) -> WrittenPage:
    return WrittenPage(_document(body), f"{_SITE}/2025/claims-desk", STORY, unwanted)


def _whole(body: str, wanted: tuple[str, ...]) -> WrittenPage:
    """A page of which all but the frame is text."""
    return _news(body, ("All rights reserved",))._replace(wanted=wanted)


_WHOLE = tuple(line for other in _OTHERS for line in other)
_TEASERS = tuple(line for other in _OTHERS for line in other[:2])


def _endless_scroll() -> WrittenPage:
    """A story and whole further articles, one after the other in one container."""
    others = "".join(
        f"<article class='post'><h1>{_link(head)}</h1>{_paragraphs(texts)}</article>"
        for head, *rest in _OTHERS
        for texts in [tuple(rest)]
    )
    return _news(
        f"<main><div class='stream'><article class='post'>{_story()}</article>{others}</div></main>",
        _WHOLE,
    )


def _same_boxes() -> WrittenPage:
    """Boxes of one class for the story and for the articles that follow it."""
    boxes = "".join(
        f"<div class='story-box'><h2>{head}</h2>{_paragraphs(tuple(rest))}</div>"
        for head, *rest in _OTHERS
    )
    return _news(f"<div id='content'><div class='story-box'>{_story(2)}</div>{boxes}</div>", _WHOLE)


def _misnamed() -> WrittenPage:
    """A story in a box that is named like comments, below the words of a weekly letter."""
    letter = (
        "<div class='entry-content'><p>Our weekly letter is free and comes on Fridays.</p></div>"
    )
    others = "".join(f"<p>{line}</p>" for line in STORY)
    return _news(f"<h1>{_TITLE}</h1>{letter}<div class='comments-story'>{others}</div>", ("Sport",))


def _teaser_list() -> WrittenPage:
    """A long list of teasers with paragraphs at the end of the story's container."""
    items = "".join(
        f"<li><h3>{_link(head)}</h3><p>{first}</p></li>" for head, first, *_ in 4 * _OTHERS
    )
    return _news(f"<main><div class='text'>{_story()}<ul>{items}</ul></div></main>", _TEASERS)


def _teaser_cards() -> WrittenPage:
    """Cards that are links as a whole, below a heading, behind a short story."""
    cards = "".join(
        f"<div class='tile'><a href='/2025/{place}'><h3>{head}</h3><p>{first} {second}</p></a></div>"
        for place, (head, first, second, _) in enumerate(5 * _OTHERS)
    )
    return _news(
        f"<div class='body'><article>{_story()}<section><h2>More from the Courier</h2>"
        f"<div class='grid'>{cards}</div></section></article></div>",
        (*_TEASERS, "More from the Courier"),
    )


def _short_story() -> WrittenPage:
    """A brief of two paragraphs before ten times as much of other articles."""
    others = "".join(
        f"<article><h2>{_link(head)}</h2>{_paragraphs(tuple(rest))}</article>"
        for head, *rest in 4 * _OTHERS
    )
    body = f"<h1>{_TITLE}</h1>{_paragraphs(STORY[:2])}"
    page = _news(f"<main><article>{body}</article>{others}</main>", _WHOLE)
    return page._replace(wanted=STORY[:2])


def _linked_sections() -> WrittenPage:
    """A guide whose own headings are links to shops and to its parts: all of it is text."""
    parts = "".join(
        f"<h2><a href='{target}'>Tool number {place}</a></h2><p>{text}</p>"
        for place, (text, target) in enumerate(
            zip(STORY, ("#a", "#b", "https://shop.example/c", "#d", "#e"), strict=True)
        )
    )
    body = f"<article class='entry-content'><h1>Five tools</h1>{parts}</article>"
    return _whole(body, _between("Tool number", STORY))


def _sections() -> WrittenPage:
    """A story whose parts are sections of one class, each with a heading of the title's level."""
    parts = "".join(
        f"<section class='part'><h2>Part {place}</h2><p>{text}</p><p>{text[::-1]}</p></section>"
        for place, text in enumerate(STORY)
    )
    body = f"<main><article><h1>{_TITLE}</h1>{parts}</article></main>"
    return _whole(body, _between("Part", STORY))


_PARTS = ("The challenge", "The answer", "The results with Harbour Freight")


def _parted(first: str, rest: str) -> WrittenPage:
    """A story whose parts have headings of the title's level, each in the box of that template."""
    texts = STORY[2:]
    parts = "".join(
        rest.format(f"<h1>{head}</h1><p>{text}</p>")
        for head, text in zip(_PARTS, texts, strict=True)
    )
    story = first.format(f"<h1>{_TITLE}</h1>{_paragraphs(STORY[:2])}")
    lines = (line for part in zip(_PARTS, texts, strict=True) for line in part)
    return _whole(f"<main>{story}{parts}</main>", (*STORY[:2], *lines))


def _part_sections() -> WrittenPage:
    """Parts in sections without a class."""
    return _parted("<section>{}</section>", "<section>{}</section>")


def _part_classes() -> WrittenPage:
    """Parts in sections of one class; the first is signed."""
    first = "<section class='part'><p class='byline'>By Nora Quill</p>{}</section>"
    return _parted(first, "<section class='part'>{}</section>")


def _part_articles() -> WrittenPage:
    """Parts in sibling articles."""
    return _parted("<article>{}</article>", "<article>{}</article>")


def _signed_articles() -> WrittenPage:
    """A story and whole further articles without links, each signed."""
    others = "".join(
        f"<article><h1>{head}</h1><p class='byline'>By Ada Frost</p>{_paragraphs(tuple(rest))}</article>"
        for head, *rest in _OTHERS
    )
    return _news(f"<main><article>{_story()}</article>{others}</main>", _WHOLE)


def _inner_cards(box: str, card: str = "div") -> WrittenPage:
    """Cards that lead to other pages between the sections of a story, in a box of that template."""
    cards = "".join(
        f"<{card}><h3>{_link(head)}</h3><p>{first}</p></{card}>" for head, first, *_ in _OTHERS
    )
    sections = [
        f"<section><h2>Part {place}</h2><p>{text}</p></section>" for place, text in enumerate(STORY)
    ]
    body = f"{''.join(sections[:3])}{box.format(cards)}{''.join(sections[3:])}"
    parts = _between("Part", STORY)
    wanted = (*parts[:6], *_TEASERS, *parts[6:])
    return _whole(f"<main><article><h1>{_TITLE}</h1>{body}</article></main>", wanted)


def _cards_between() -> WrittenPage:
    """Cards in a box beside the sections."""
    return _inner_cards("<div class='grid'>{}</div>")


def _cards_in_section() -> WrittenPage:
    """Cards in a list at the end of a separate section."""
    return _inner_cards("<section><h2>Four desks</h2><ul>{}</ul></section>", "li")


_FEATURES = (
    ("Sorted on arrival", "Each message reaches the right queue before anybody opens it."),
    ("Answers with sources", "Replies name the page of the manual on which they are based."),
    ("Handover", "A person takes over where the model is unsure, with everything said so far."),
    ("Audit", "Every answer can be replayed with the model and the prompt of its day."),
    ("On your servers", "The smallest model runs on one graphics card in your own rack."),
    ("Fair price", "You pay for solved messages, never for those that came back."),
)
_BAND = "Our engineers set up the queue with you within two weeks and stay for the first month."


def _service_cards() -> WrittenPage:
    """A company's page: a claim, cards without paragraphs, a price table, a form."""
    cards = "".join(
        f"<div class='card'><h3>{head}</h3><div>{text}</div><a href='/signup'>Learn more</a></div>"
        for head, text in _FEATURES
    )
    prices = "<table><tr><th>Plan</th><th>Price</th></tr><tr><td>Dock</td><td>$90</td></tr></table>"
    form = "<form><label>Your work email</label><input><button>Send me a demo</button></form>"
    body = (
        f"<main><section class='hero'><h1>Sort your queue</h1><p>{_BAND}</p></section>"
        f"<section><h2>What it does</h2><div class='grid'>{cards}</div></section>"
        f"<section><h2>Prices</h2>{prices}</section>{form}</main>"
    )
    wanted = (_BAND, *(line for feature in _FEATURES for line in feature), "Dock | $90")
    html = _document(body, title="Sort your queue", kind="website")
    return WrittenPage(html, "https://sorter.example/product", wanted, ("Your work email", "Sport"))


def _prose() -> str:
    """Sections with a feature and a part of the story."""
    return "".join(
        f"<section><h2>{head}</h2><p>{text} {story}</p></section>"
        for (head, text), story in zip(_FEATURES, STORY, strict=False)
    )


def _service_tail() -> WrittenPage:
    """A service in sections of prose, then the teasers of its blog and a band of links."""
    posts = "".join(
        f"<div class='tile'><a href='/blog/{place}'><div>{head}</div></a><span>{first}</span></div>"
        for place, (head, first, *_) in enumerate(_OTHERS)
    )
    body = (
        f"<div class='page'><h1>Claims handling</h1>{_prose()}"
        f"<section><h2>From our blog</h2><div class='grid'>{posts}</div></section></div>"
    )
    parts_in_order = zip(_FEATURES, STORY, strict=False)
    wanted = tuple(line for feature, story in parts_in_order for line in (*feature, story))
    html = _document(body, title="Claims handling", kind="website")
    return WrittenPage(html, "https://sorter.example/services/claims", wanted, _TEASERS)


def _stat_boxes() -> WrittenPage:
    """A company's page in prose that ends with figures in boxes."""
    figures = (
        ("40 %", "fewer letters sorted wrongly"),
        ("11 cents", "is the price of a claim"),
        ("Twice", "as many claims on the day they arrive"),
    )
    boxes = "".join(
        f"<div class='stat'><div>{figure}</div><div>{label}</div></div>"
        for figure, label in figures
    )
    results = f"<section><h2>Results in numbers</h2><div class='stats'>{boxes}</div></section>"
    html = _document(
        f"<div><h1>Claims</h1>{_prose()}{results}</div>", title="Claims", kind="website"
    )
    lines = (line for figure in figures for line in figure)
    wanted = (*STORY, "Results in numbers", *lines)
    return WrittenPage(html, "https://sorter.example/claims", wanted, ("Sport", "All rights"))


def _appealing_names() -> WrittenPage:
    """A company's page with texts in boxes that are named like appeals, and two appeals."""
    question = "How long does it take to set up?"
    quote = "The pilots of Harbour Freight trust the board in the hall."
    parts = "".join(f"<section><h2>{head}</h2><p>{text}</p></section>" for head, text in _FEATURES)
    body = (
        f"<div class='promo'><h1>Sort your queue</h1><p>{_BAND}</p>"
        "<p class='cta'><a class='btn' href='/signup'>Send me a demo</a></p></div>"
        f"{parts}<section class='customer-feedback'><p>{quote}</p></section>"
        f"<div class='faq-button'>{question}</div><div><p>{STORY[3]}</p></div>"
        f"<a class='faq-button' href='#price'>Who pays for it?</a><div><p>{STORY[4]}</p></div>"
        "<div class='helpful'><a href='/yes'>This page answered my question</a></div>"
    )
    wanted = ("Sort your queue", _BAND, quote, question, STORY[3], "Who pays for it?", STORY[4])
    html = _document(body, title="Sort your queue", kind="website")
    unwanted = ("Send me a demo", "This page answered")
    return WrittenPage(html, "https://sorter.example/sort", wanted, unwanted)


def _manual_page() -> WrittenPage:
    """A manual's page: steps, code, a table, then links to its neighbours and a licence."""
    steps = "".join(f"<li>{text}</li>" for _, text in _FEATURES)
    body = (
        "<div class='sidebar'><ul><li><a href='/docs/a'>Install the router</a></li></ul></div>"
        f"<main><h1>Configure the queue</h1><p>{STORY[1]}</p><h2>Steps</h2><ol>{steps}</ol>"
        "<pre><code>queue:\n  limit: 40\n</code></pre><h2>Options</h2><table><tr><th>Name</th>"
        f"<th>Default</th></tr><tr><td>limit</td><td>20</td></tr></table><p>{STORY[2]}</p>"
        "<div class='after'><div><a href='/docs/b'>Next: watch the queue</a></div>"
        "<div>Was this page helpful?</div><div>Last changed by the editors in May.</div></div></main>"
    )
    wanted = (
        STORY[1],
        *(text for _, text in _FEATURES),
        "queue:\n  limit: 40",
        "limit | 20",
        STORY[2],
    )
    unwanted = ("Install the router", "Next: watch", "Was this page helpful?", "Last changed by")
    html = _document(body, title="Configure the queue", kind="website")
    return WrittenPage(html, "https://docs.sorter.example/queue", wanted, unwanted)


def _reference() -> WrittenPage:
    """An index of functions: definitions and links are the text."""
    terms = "".join(
        f"<dt><a href='/docs/{place}'>route_{place}()</a></dt><dd>{text}</dd>"
        for place, (_, text) in enumerate(_FEATURES)
    )
    body = (
        f"<div class='toc'><a href='#x'>On this page</a></div><article><h1>Functions</h1><p>{STORY[3]}"
        f"</p><dl>{terms}</dl></article>"
    )
    definitions = ((f"route_{place}()", text) for place, (_, text) in enumerate(_FEATURES))
    wanted = (STORY[3], *(line for definition in definitions for line in definition))
    html = _document(body, title="Functions", kind="website")
    return WrittenPage(html, "https://sorter.example/docs/functions", wanted, ("On this page",))


PAGES = {
    made.__name__.strip("_"): made()
    for made in (
        _endless_scroll,
        _same_boxes,
        _misnamed,
        _teaser_list,
        _teaser_cards,
        _short_story,
        _linked_sections,
        _sections,
        _part_sections,
        _part_classes,
        _part_articles,
        _signed_articles,
        _cards_between,
        _cards_in_section,
        _service_cards,
        _service_tail,
        _stat_boxes,
        _appealing_names,
        _manual_page,
        _reference,
    )
}
