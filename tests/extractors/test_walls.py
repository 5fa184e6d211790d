"""A page that asks for something first is a failure with a name; a page with its text is not."""

import pytest

from casebook.extractors.web.walls import Page, refuse_walls
from casebook.schemas.errors import (
    Captcha,
    ConsentWall,
    DocumentEmpty,
    LoginWall,
    NeedsJavaScript,
    Paywall,
    ServiceDown,
    SoftNotFound,
)

WORDS = "The team rebuilt the ingestion service and measured the effect on latency every week. "
SOLD = '"isAccessibleForFree": false'
URL = "https://site.example/a"


def page(text: str, title: str = "", markup: str = "", url: str = URL, seen: str | None = None):
    shown = text if seen is None else seen
    return Page(markup or f"<body>{text}</body>", text, lambda: shown, title, url)


WALLS = [
    (Captcha, page("Verify you are human by completing the action below.", "Just a moment...")),
    (Captcha, page("", "Access", seen="Checking your browser before accessing site.example")),
    (LoginWall, page("Please log in to continue. Email Password Forgot password?", "Log in")),
    (
        LoginWall,
        page("Sign in to your account", "Acme", '<form><input type="password" name="p"></form>'),
    ),
    (LoginWall, page("Username Password", "Acme", "<input type=password>", f"{URL}/login")),
    (
        ConsentWall,
        page(
            "We use cookies and data to deliver our services. Accept all. Reject all.",
            "Before you continue",
        ),
    ),
    (Paywall, page(WORDS * 6 + "Subscribe to continue reading.", "A story")),
    (
        Paywall,
        page(WORDS * 6, "A story", '<div class="x paywall">', seen=WORDS + "Already a subscriber?"),
    ),
    (SoftNotFound, page("Sorry, the page you requested could not be found.", "404")),
    (SoftNotFound, page("Popular posts. " + WORDS * 2, "Page not found - Acme")),
    (NeedsJavaScript, page("You need to enable JavaScript to run this app.", "App")),
    (NeedsJavaScript, page("", "App", '<div id="root"></div><script src="a.js"></script>')),
    (NeedsJavaScript, page("", "Acme", "<script>location.replace('/new')</script>")),
    (ServiceDown, page("We are down for scheduled maintenance. " + WORDS * 4, "Maintenance")),
    (ServiceDown, page("Error establishing a database connection", "Database Error")),
    (Captcha, page("You have been blocked. " + WORDS * 4, "Attention Required! | Cloudflare")),
    (SoftNotFound, page("La página que buscas no existe. " + WORDS * 4, "Página no encontrada")),
    (SoftNotFound, page("お探しのページは見つかりませんでした。", "404")),
    (SoftNotFound, page("We can't seem to find the page you're looking for. " + WORDS * 15)),
    (ConsentWall, page("Wir und unsere Partner verwenden Cookies. Akzeptieren und weiter. " * 5)),
    (Paywall, page(WORDS * 20 + "The team then", "A story", f"<script>{{{SOLD}}}</script>")),
    (
        Paywall,
        page(WORDS * 60 + "To continue reading, subscribe.", "A story", f"<script>{{{SOLD}}}"),
    ),
    (DocumentEmpty, page("Coming soon.", "Acme")),
]


@pytest.mark.parametrize(("error", "wall"), WALLS)
def test_each_wall_is_named(error, wall):
    """The cause is told, with the address and one thing to do, in one line."""
    with pytest.raises(error) as caught:
        refuse_walls(wall)
    assert type(caught.value) is error
    assert wall.url in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_sold_story_that_came_whole_is_read():
    """Publishers mark what they sell also where they show all of it."""
    refuse_walls(page(WORDS * 20, "A story", f"<script>{{{SOLD}}}</script>"))
    refuse_walls(page(WORDS * 60, "A story", f"<script>{{{SOLD}}}</script>"))


@pytest.mark.parametrize(
    "phrase",
    [
        "Log in to continue. Forgot password?",
        "Verify you are human. Just a moment...",
        "We use cookies. Accept all. Reject all. Manage preferences.",
        "Subscribe to continue reading. Already a subscriber?",
        "404 page not found",
        "Please enable JavaScript",
    ],
)
@pytest.mark.parametrize(
    "title", ["How we removed our log-in wall", "Consent, done well", "The CAPTCHA"]
)
def test_articles_that_speak_of_walls_are_read(phrase, title):
    """An article of normal length passes, whatever it mentions."""
    markup = '<input type="password"><div class="g-recaptcha paywall"></div><div id="root"></div>'
    refuse_walls(page(WORDS * 40 + phrase, title, markup))


@pytest.mark.parametrize("phrase", ["Log in", "We use cookies.", "Subscribe to our newsletter"])
def test_short_pages_with_ordinary_furniture_are_read(phrase):
    """A short note with a log-in link, a cookie line or a newsletter is not a wall."""
    refuse_walls(page(WORDS * 8, "Latency notes", seen=f"{phrase} {WORDS * 8}"))
