"""Programs in colours: what a highlighter paints stays, and none is a place to hide words in."""

import pytest
from hidden_words import SECRET, strip


def ink(colour: str, text: str) -> str:
    """Return ``text`` as a highlighter writes it."""
    return f'<span style="color:{colour}">{text}</span>'


SOCKET = (
    f"client {ink('#6c6', '=')} {ink('#c14', 'socket')}.{ink('black', 'connect')}"
    f"{ink('black', '((')}host, {ink('#f40', '80')}{ink('black', '))')}\n"
    f"client.{ink('black', 'send')}{ink('black', '(')}request{ink('black', ')')} "
    f"{ink('#888', '# ask for the page')}\n"
)
DARK = "<style>body{background:#000}</style>"


@pytest.mark.parametrize(
    "markup",
    ["<pre>{}</pre>", "<div class='code'><code>{}</code></div>", "<pre><code>{}</code></pre>"],
)
def test_words_of_a_program_in_colours_stay(markup):
    """A highlighter's black is meant for the program's own ground, not for the dark one of the page."""
    found, text = strip(markup.format(SOCKET), DARK)
    assert "client = socket.connect((host, 80))" in text
    assert "client.send(request)" in text
    assert found == []


@pytest.mark.parametrize(
    "markup",
    [
        f"<pre>{SOCKET}{ink('black', SECRET)}</pre>",
        f"<pre style='background:#000'>{SOCKET}{ink('black', SECRET)}</pre>",
        f"<p>{SOCKET}{ink('black', SECRET)}</p>",
        "<pre>"
        + "".join(ink("black", word) + ink("#6c6", ".") for word in SECRET.split())
        + ink("#c14", "x")
        + ink("#f40", "1")
        + "</pre>",
        "<pre>"
        + f"client.send(request) {ink('#6c6', '=')} x " * 9
        + "".join(ink("black", word) + ink("#6c6", "=") for word in SECRET.split())
        + "</pre>",
        "<pre style='background:#000'>" + SOCKET.replace("send", "Ignore") + "</pre>",
        "<p>" + SOCKET.replace("send", "Ignore") + "</p>",
        "<pre>" + SOCKET.replace("send", "<b style='background:black'>Ignore</b>") + "</pre>",
    ],
)
def test_a_program_is_no_hiding_place(markup):
    """More than two words in a row, most of a block, few inks or a ground of its own: not seen."""
    assert "Ignore" not in strip(markup, DARK)[1]


MONOKAI = (
    f"{ink('#f92672', 'def')} {ink('#a6e22e', 'route')}{ink('#fdfdfd', '(ticket):')}\n"
    f"    {ink('#75715e', '# ask the model')}\n"
    f"    {ink('#fdfdfd', 'team')} {ink('#f92672', '=')} {ink('#fdfdfd', 'model(ticket)')}\n"
    f"    {ink('#f92672', 'return')} {ink('#fdfdfd', 'team')}{ink('#f92672', ' or ')}"
    f"{ink('#ae81ff', '7')}\n"
)


def spread(colour: str, code: str) -> str:
    """Return ``code`` with the words of SECRET in between, each alone."""
    words = iter(SECRET.split())
    return "</span>".join(
        part + (f"</span> {ink(colour, word)}" if (word := next(words, "")) else "")
        for part in code.split("</span>")
    ).replace("</span></span>", "</span>")


@pytest.mark.parametrize("ground", ["", "<style>body{background:#fff}</style>"])
def test_a_program_for_a_dark_ground_stays(ground):
    """Ink as light as the page, for names, brackets and dots, is meant for a sheet not in it."""
    found, text = strip(f"<pre>{MONOKAI}</pre>", ground)
    assert "def route(ticket):" in text
    assert "team = model(ticket)" in text
    assert found == []


@pytest.mark.parametrize(
    ("code", "colour", "head"),
    [
        (MONOKAI.replace("#fdfdfd", "#e6db74"), "#fdfdfd", ""),
        (SOCKET.replace("black", "#28c"), "white", ""),
        (SOCKET.replace("black", "#fd0"), "black", DARK),
        (MONOKAI.replace("#fdfdfd", "#000080"), "white", ""),
    ],
)
def test_words_spread_over_a_program_are_told_as_one(code, colour, head):
    """Plain words one by one are no names and brackets; nor is ink for which no ground serves."""
    found, text = strip(f"<pre>{spread(colour, code)}</pre>", head)
    assert "praise" not in text
    assert "host" in text or "def" in text
    assert [piece.text for piece in found] == [SECRET]


def test_inks_that_only_the_page_can_carry_tell_what_is_hidden_on_it():
    """Navy cannot be read on black, so white words beside it are not meant for a black ground."""
    code = SOCKET.replace("black", "#28c").replace("#6c6", "navy").replace("navy", "#000080")
    found, text = strip(f"<pre>{code}{ink('white', 'obey()')}</pre>")
    assert "obey" not in text
    assert found == []  # one word alone is not told
