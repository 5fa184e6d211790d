"""Web pages read as a person reads them: sentences whole, numbers kept, lines of programs apart."""

import time

import lxml.html
import pytest

from casebook.extractors.kinds.html import extract
from casebook.extractors.text.bylines import as_spelled
from casebook.extractors.text.passages import Block, lay_out
from casebook.extractors.web.markup.tree_blocks import blocks_of
from casebook.schemas.documents import Extracted
from casebook.schemas.sources import Payload

PROSE = (
    "We moved the ticket router from keyword rules to a small model in March, and the share of "
    "tickets that reach the right team on the first try rose from 61 to 88 percent within a month."
)


def read(body: str, head: str = "") -> Extracted:
    page = (
        f'<!doctype html><html lang="en"><head><title>Routing tickets</title>{head}</head><body>'
        f"<article><h1>Routing tickets with a model</h1><p>{PROSE}</p>{body}</article></body></html>"
    )
    url = "https://harbour.example/posts/routing"
    return extract(Payload(data=page.encode(), media_type="text/html", url=url, final_url=url))


def lines(markup: str) -> list[str]:
    """Return the lines of the blocks of ``markup``, as they are laid out, without empty ones."""
    body = lxml.html.fragment_fromstring(markup, create_parent="body")
    return [line for line in lay_out(blocks_of(body))[0].split("\n") if line]


@pytest.mark.parametrize(
    "code",
    [
        '<code class="literal"><span class="pre">RETRY_LIMIT</span></code>',
        '<a href="#x"><code><span>RETRY_LIMIT</span></code></a>',
        "<code><b>RETRY</b>_<i>LIMIT</i></code>",
        "<code>RETRY_LIMIT\n</code>",
    ],
)
def test_code_within_a_sentence_does_not_split_it(code):
    """Documentation marks up the parts of a name in a sentence; the sentence stays one line."""
    text = read(
        f"<p>The queue stops once {code} is reached, and the alert tells the team so.</p>"
    ).text
    assert "stops once RETRY_LIMIT is reached, and the alert" in text


def test_lines_of_a_program_without_pre_stay_lines():
    """A program that stands alone in a code element keeps its lines, whatever is coloured in it."""
    said = lines("<p>Run:</p><div><code><span>def</span> route():\n    return 1</code></div>")
    assert said[-2:] == ["def route():", "    return 1"]


def test_each_element_of_a_program_is_a_line():
    """Highlighters set each line of a program in an element; the lines do not run together."""
    said = lines(
        "<pre><code><div>a = 1</div><div>if a:\n</div><div>    <span>b</span> = 2</div></code></pre>"
    )
    assert said == ["a = 1", "if a:", "    b = 2"]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('since 2018.<sup><a href="#fn2">2</a></sup> Then', "since 2018.² Then"),
        ("a rise of 63%<sup>1,2</sup>", "a rise of 63%¹,²"),
        ("10<sup>15</sup> steps", "10¹⁵ steps"),
        ("10<sup>-6</sup> m", "10⁻⁶ m"),
        ("the 3<sup>rd</sup> try", "the 3rd try"),
        ("Harbour<sup>®</sup> 2", "Harbour® 2"),
        ("as told [1]<sup>[4]</sup>", "as told [1][4]"),
    ],
)
def test_raised_numbers_are_none_of_the_number_before_them(markup, expected):
    """The mark of a note and a power are not read as further digits of what they stand behind."""
    assert lines(f"<p>{markup}</p>") == [expected]


def test_items_keep_the_numbers_they_are_shown_with():
    """What a text calls step 2 or case b can be told from the list; menus and paths have none."""
    assert lines('<ol start="3"><li>Count<li><p>Sort</p><p>by size</p></ol>') == [
        "3. Count",
        "4. Sort",
        "by size",
    ]
    assert lines("<ol type=a><li>One<ul><li>Part</li></ul></li><li>Two</li></ol>") == [
        "a. One",
        "  Part",
        "b. Two",
    ]
    assert lines("<ol class='breadcrumb'><li>Home</li></ol>") == ["Home"]
    assert lines("<ol><li>1) Home</li><li><h3>Town</h3>Hall</li></ol>") == [
        "1) Home",
        "Town",
        "Hall",
    ]


def test_a_table_with_a_heading_in_a_cell_of_its_own_is_data():
    """A table that names itself in its first row keeps its cells in rows, below that heading."""
    found = read(
        "<table><thead><tr><th colspan=2><h3>Costs of a month</h3></th></tr></thead>"
        + "".join(f"<tr><td>Week {n}</td><td>{n}40 dollars</td></tr>" for n in range(1, 5))
        + f"</table><p>{PROSE}</p>"
    )
    assert "Week 1 | 140 dollars\nWeek 2 | 240 dollars" in found.text
    week = next(p for p in found.passages if "Week 1" in found.text[p.start : p.end])
    assert week.locator.section == "Costs of a month"


def test_a_table_around_the_page_is_still_no_data():
    """A cell that holds a heading and the text below it is a part of the page."""
    assert lines("<table><tr><td><h2>News</h2>We ship.</td><td>Menu</td></tr></table>") == [
        "News",
        "We ship.",
        "Menu",
    ]


def test_signs_that_link_to_a_place_are_no_text():
    """The pilcrow behind a name in documentation shows only under the mouse."""
    said = lines('<dl><dt>class Router<a href="#r">¶</a></dt><dd>Sends tickets.</dd></dl>')
    assert said == ["class Router", "Sends tickets."]


def test_buttons_that_touch_are_two():
    """Links set as buttons side by side have no space between them in the markup."""
    said = lines('<p><a href="/a">Buy here</a><a href="/b">Buy there</a></p>')
    assert said == ["Buy here Buy there"]
    assert lines('<p><a href="/a">Buy</a>ers <a href="/b">here</a>, <a>now</a></p>') == [
        "Buyers here, now"
    ]


def test_quotation_marks_that_the_browser_sets_are_kept():
    """What a page marks as a quotation is shown between quotation marks."""
    assert lines("<p>She said <q>it halved</q>.</p>") == ["She said “it halved”."]


def test_an_invisible_paragraph_is_none():
    """Editors leave a zero-width joiner in empty paragraphs; it makes no line."""
    assert lines("<p>One.</p><p>\u200d</p><p>\u200dTwo.</p>") == ["One.", "Two."]


def test_a_long_program_is_cut_between_its_parts():
    """No passage begins in the midst of a line: indentation tells what a line belongs to."""
    part = "def route(ticket):\n    # Sorts it. Then sends it.\n" + "    send(ticket)\n" * 25
    text, passages = lay_out([Block("\n".join([part] * 12), verbatim=True)])
    assert len(passages) > 1
    assert all(text[p.start : p.end].startswith("def route") for p in passages)


@pytest.mark.parametrize(
    "number",
    [
        '<span class="linenos"> 1</span>',
        '<span class="linenumber react-syntax-highlighter-line-number">1</span>',
        '<div class="gutter"><div class="ln">1</div></div>',
    ],
)
def test_numbers_within_the_lines_of_a_program_are_none_of_it(number):
    """Highlighters set them before each line; a number that the program has itself stays."""
    said = lines(f"<pre><code>{number}x = 1\n{number}<span>2</span> + x</code></pre>")
    assert said == ["x = 1", "2 + x"]
    named = '<pre><code><span class="ln">route</span>(<span class="mi">1</span>)\n</code></pre>'
    assert lines(named) == ["route(1)"]


def test_what_follows_a_program_that_is_named_a_number_is_read():
    """A program that says only numbers is one; the element behind it was lost."""
    program = '<div><code class="ln">1<br>2</code></div>'
    assert lines(f"{program}<p>First.</p><p>Second.</p>") == ["1", "2", "First.", "Second."]


def test_lines_that_are_named_and_broken_are_broken_once():
    """Hexo sets each line and each number in an element of its own, and a break behind it."""
    line = '<span class="line">{}</span><br>'.format
    numbers, code = line(1) + line(2), line("foo bar") + line("baz")
    row = f'<tr><td class="gutter"><pre>{numbers}</pre></td><td><pre>{code}</pre></td></tr>'
    assert lines(f"<table>{row}</table>") == ["foo bar", "baz"]


@pytest.mark.parametrize("inner", ["{}", "<code>{}</code>"])
def test_lines_of_a_program_that_only_their_names_tell(inner):
    """Some highlighters leave out the line breaks and name each line; it is one all the same."""
    named = '<span class="line"><b>npm</b> create</span><span class="line">cd project</span>'
    assert lines(f"<pre>{inner.format(named)}</pre>") == ["npm create", "cd project"]
    once = '<span class="inline">npm</span><span class="outline"> create</span>'
    assert lines(f"<pre>{inner.format(once)}</pre>") == ["npm create"]


def test_a_program_beside_the_numbers_of_its_lines_keeps_its_lines():
    """Highlighters set both as cells of a table; the numbers are no part of the program."""
    code = "<td><pre>def route():\n    return 1\n</pre></td>"
    assert lines(f"<table><tr><td><pre>8\n9\n</pre></td>{code}</tr></table>") == [
        "def route():",
        "    return 1",
    ]
    assert lines("<table><tr><td><pre>1</pre></td><td><pre>x = 1</pre></td></tr></table>") == [
        "x = 1"
    ]
    cells = (
        "<tr><td>Runs</td><td><pre>7</pre></td></tr><tr><td>Fails</td><td><pre>8</pre></td></tr>"
    )
    assert lines(f"<table>{cells}</table>") == ["Runs | 7", "Fails | 8"]


def page(title: str, body: str, head: str = "", address: str = "notes") -> Extracted:
    """Return what is read of a page of its own, at ``address`` of its site."""
    markup = (
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head>"
        f"<body>{body}<p>{PROSE}</p><p>{PROSE} It took two people.</p></body></html>"
    )
    url = f"https://harbour.example/{address}"
    return extract(Payload(data=markup.encode(), media_type="text/html", url=url, final_url=url))


def test_the_only_heading_may_name_the_blog():
    """Where the blog's name is the only heading, the page's title is the title."""
    found = page("Queues that stall", "<h1>Ada's Notebook</h1><h2>Queues that stall</h2>")
    assert found.title == "Queues that stall"


def test_the_only_heading_of_an_article_is_of_its_title():
    """A heading of which the title has no word (a notice) is not the article's, nor a paragraph."""
    title = "Queues that stall in March"
    notice = "<h1>A message from our founder</h1>"
    assert page(title, notice, address="blog/2025/queues").title == title
    long = f"<h1>Queues: {PROSE} {PROSE}</h1>"
    assert page(title, long, address="blog/2025/queues").title == title


def test_a_word_of_a_heading_that_two_elements_set_is_one():
    """Editors leave an element in the midst of a word; that splits no word of the title."""
    title = "Planning cycles of two days"
    assert page(title, "<h1>Planning c<span>ycles of</span> two days</h1>").title == title
    apart = "<h1><span>Planning cycles</span><span>of two days</span></h1>"
    assert page(title, apart).title == title


def test_what_is_struck_out_is_taken_back():
    """A number, a title's word, a paragraph: none is read, and the curator is told of it."""
    found = read(
        f"<p>It cost <s>forty cents a ticket at least</s> four cents. {PROSE}</p>"
        f"<p><del>{PROSE} But in vain.</del></p><h2>What <s>it</s> we learned</h2><p>{PROSE}</p>"
        "<pre>a = 1\n<del>b = 2</del></pre>"
    )
    assert "It cost four cents." in found.text
    assert "in vain" not in found.text
    assert found.passages[-1].locator.section == "What we learned"
    assert [piece.text for piece in found.hidden_text] == [
        "forty cents a ticket at least", f"{PROSE} But in vain.", "it", "b = 2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sign", ["&#xFDD0;{}&#XfDd1;", "&#64976;{}&#0064977;", "&#x00fdd0 {}&#xfdd1 ", "\ufdd0{}\ufdd1"]
)
def test_a_page_cannot_mark_words_as_struck_out_by_itself(sign):
    """A "not" that every reader sees is read, whatever stands around it."""
    found = read(f"<p>We did {sign.format('not ')}improve by it. {PROSE}</p>")
    assert "not improve by it" in " ".join(found.text.split())
    assert not {"\ufdd0", "\ufdd1"} & set(found.text)


def test_a_document_that_google_exports_is_read():
    """It states no title, and sets one; what its styles strike out is taken back."""
    markup = (
        "<html><head><meta content='text/html; charset=UTF-8' http-equiv=content-type><style>"
        ".c1{text-decoration:line-through}.c2{font-size:26pt}</style></head><body class=c0>"
        "<p class='c5 title' id=h.1><span class=c2>Queues that st</span><span>all</span></p>"
        "<h1 class=c6 id=h.2><span>What we saw</span></h1>"
        f"<p class=c7><span>{PROSE} </span><span class=c1>It took four long weeks. </span><span>"
        f"It took two weeks.</span></p><p class=c7><span>{PROSE} In all.</span></p></body></html>"
    )
    url = "https://docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/edit"
    payload = Payload(data=markup.encode(), media_type="text/html", url=url, final_url=url)
    found = extract(payload)
    assert found.title == "Queues that stall"
    assert "first try rose from 61 to 88 percent within a month. It took two weeks." in found.text
    assert [piece.text for piece in found.hidden_text] == ["It took four long weeks."]


def test_a_site_is_not_called_as_its_page_is():
    """Some pages give their own title as the name of the site; its host names it then."""
    name = '<meta property="og:site_name" content="{}">'
    title = "Queues that stall | Harbour Notebook"
    assert page(title, "", name.format(title)).site == "harbour.example"
    assert page(title, "", name.format("Harbour Notebook")).site == "Harbour Notebook"


def test_a_manual_has_no_day_that_one_of_its_examples_has():
    """A day somewhere in a manual is none of publication; in an article it may well be."""
    log = "<p>It logs.</p>" * 40 + '<p class="date">2012-05-10</p>'
    assert page("Logging", f"<h1>Logging</h1>{log}", address="docs/logging").published is None
    assert str(page("Log", log, address="blog/2012/log").published) == "2012-05-10"


@pytest.mark.parametrize("name", ["Ada B. Example", "ada-example", "aexample777", "A.B. Example"])
def test_an_author_is_written_as_the_page_writes_it(name):
    """Initials keep their stops, logins their digits and small letters."""
    described = (
        '<script type="application/ld+json">{"@type":"Article","author":{"name":"%s"}}</script>'
    )
    stated = f'<meta name="author" content="{name}">'
    for head in (described % name, stated):
        assert page("Queues", "<h1>Queues</h1>", head, "blog/2025/queues").authors == (name,)


def test_a_byline_in_a_page_that_is_called_a_card_is_the_pages():
    """What holds the headline is the page itself; a card beside it is another page's."""
    byline = '<span class="author-box__name">Ada Example</span>'
    bio = '<div class="author-box">{}<p class="author-bio">Former Router Person</p></div>'.format
    within = f'<div class="with-sidebar"><h1>Queues</h1>{bio(byline)}</div>'
    assert page("Queues", within, address="blog/2025/queues").authors == ("Ada Example",)
    beside = f'<h1>Queues</h1><div class="post-card">{byline}</div>'
    assert page("Queues", beside, address="blog/2025/queues").authors == ()


def test_a_person_is_the_author_rather_than_the_site():
    """A page that states its site as the author for machines, and a person by its headline."""
    head = '<meta name="author" content="Harbour Notes"><meta property="og:site_name" content="Harbour Notes">'
    by = '<h1>Queues</h1><p class="author-name">Ada Example</p>'
    assert page("Queues", by, head, "blog/2025/queues").authors == ("Ada Example",)
    assert page("Queues", "<h1>Queues</h1>", head, "blog/2025/queues").authors == ("Harbour Notes",)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<span class="label">Author</span><span class="value">Jane</span>', "Author Jane"),
        ('<b class="name">id</b><span class="type"><i>string</i></span>', "id string"),
        ('<em>Outside</em><span class="label">Rack</span>', "Outside Rack"),
        ('<span class="whole">24</span><span class="cents">99</span>', "24 99"),
        ('<span class="rank">#10</span><strong>Trail</strong>', "#10 Trail"),
        ("<b>re</b><i>installing</i>", "reinstalling"),
        ('<span class="hit">key</span>board', "keyboard"),
        ('<span class="initial">T</span><span class="rest">he router</span>', "The router"),
        ('<span class="count">5</span><span class="unit">posts</span>', "5 posts"),
        ('<span class="hit">key</span><span class="hit">board</span>', "keyboard"),
        ('<i class="c">i</i><i class="c">P</i><i class="c">hone</i>', "iPhone"),
        ('<code><span class="n">load</span><span class="p">File</span></code>', "loadFile"),
    ],
)
def test_a_label_and_its_value_are_two_words(markup, expected):
    """What only a style sets apart is two words; parts of one word, and of a program, are one."""
    assert lines(f"<p>{markup}</p>") == [expected]


def test_who_is_quoted_stands_above_the_quotation():
    """Forums put no white space between the name of whom they quote and the words."""
    quote = "<blockquote><div><cite>Ada wrote:</cite>One in nine is wrong.</div></blockquote>"
    assert lines(quote) == ["Ada wrote:", "One in nine is wrong."]
    assert lines("<div><cite>Routing</cite>s are rare.</div>") == ["Routings are rare."]


def test_a_name_is_spelled_as_the_page_states_it_else_as_it_is_signed():
    """The first place counts that has the name: what is said for machines, then bylines."""
    stated = '<head><meta name="author" content="J. R. Roe"></head>'
    signed = '<p class="author">Bo Li3</p><p rel="author">j r roe</p>'
    tree = lxml.html.document_fromstring(f"<html>{stated}<body>{signed}</body></html>")
    assert as_spelled(["J R Roe", "Bo Li", "Cy Poe"], tree) == ("J. R. Roe", "Bo Li3", "Cy Poe")


def test_many_that_sign_are_found_in_one_pass():
    """A page on which everything is an author's takes a time that grows with it, not its square."""
    marked = '<p class="author" id="author" rel="author" itemprop="author">x</p>' * 20_000
    tree = lxml.html.document_fromstring(f"<body>{marked}</body>")
    started = time.process_time()
    assert as_spelled(["Ada Example"], tree) == ("Ada Example",)
    assert time.process_time() - started < 2


def test_a_program_outside_pre_has_its_lines_where_the_page_breaks_them():
    """What ends a line of the markup behind a ``br`` is a space there, and no empty line."""
    program = "<code>\nProxyRequests On<br />\nProxyVia On<br />\n<b>Order</b> deny<br />\n</code>"
    body = lxml.html.fragment_fromstring(f"<p>{program}</p>", create_parent="body")
    said = [block.text.rstrip() for block in blocks_of(body)]
    assert said == ["ProxyRequests On\nProxyVia On\nOrder deny"]


def test_a_page_that_is_called_with_a_number_is_not_taken_for_its_site():
    """A dot in the first part of a title is no host's; what stands behind is the manual's name."""
    named = "Acme 2.0.1 release notes"
    page = (
        f"<title>{named} — Acme 4.2 documentation</title><h1><a href='/'>Acme 4.2 documentation</a>"
        f"</h1><h1>{named}<a href='#n'>¶</a></h1><p>{'The router sends each ticket on. ' * 20}</p>"
    )
    found = extract(
        Payload(data=page.encode(), media_type="text/html", url="https://acme.example/")
    )
    assert (found.title, found.site) == (named, "Acme 4.2 documentation")
