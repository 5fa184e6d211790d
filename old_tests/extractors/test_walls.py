"""A page that asks for something first is a failure with a name; a page with its text is not."""

import pytest

from casebook.extractors.kinds import html
from casebook.extractors.text.characters import count_words
from casebook.extractors.web.access.shown_page import Page
from casebook.extractors.web.access.walls import refuse_walls
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
from casebook.schemas.sources import Payload

WORDS = "The team rebuilt the ingestion service and measured the effect on latency every week. "
SOLD = '"isAccessibleForFree": false'
URL = "https://site.example/a"


def page(
    text: str,
    title: str = "",
    markup: str = "",
    url: str = URL,
    seen: str | None = None,
    **stated: object,
):
    shown = text if seen is None else seen
    body, words = f"<body>{text}</body>", count_words(text)
    return Page(markup or body, text, words, lambda: shown, title, url, **stated)


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


CUT = [
    ("it says that it goes on", page(WORDS * 9, seen=f"{WORDS * 9}To continue reading, sign up.")),
    (
        "the rest is sold right below it",
        page(WORDS * 15, markup='<p class="paywall">', seen=f"{WORDS * 15}Unlock this story."),
    ),
    ("its page counts far more words", page(WORDS * 9, markup=SOLD, claimed=640)),
    ("it ends in dots", page(f"{WORDS * 9}The team then …", markup=SOLD)),
    ("it stops within a sentence", page(f"{WORDS * 9}The team then", markup=SOLD)),
    (
        "it is a note with an offer right below",
        page(WORDS * 6, markup='<div id="paywall">', seen=f"{WORDS * 6}Already a subscriber?"),
    ),
    (
        "it says so twice",
        page(
            WORDS * 20,
            seen=f"{WORDS * 20}This story is for subscribers. Subscribe to keep reading.",
        ),
    ),
    (
        "its paywall is named in single quotes",
        page(WORDS * 20, markup="<p class='a paywall'>", seen=f"{WORDS * 20}Unlock this story."),
    ),
    (
        "it is not for free and an offer stands right below",
        page(WORDS * 14, markup=SOLD, seen=f"{WORDS * 14}Already a subscriber? Log in."),
    ),
    (
        "offers stand between its lines",
        page(
            f"{WORDS * 5}\nWritten by the people who run it.",
            seen=f"{WORDS * 5}Subscribe to read on. Already a member? Written by the people who run it.",
        ),
    ),
]


@pytest.mark.parametrize(("cut", "teaser"), CUT, ids=[why for why, _ in CUT])
def test_a_text_that_is_seen_to_be_cut_is_refused(cut, teaser):
    """One sign that the text goes on is enough, where it is sold."""
    del cut
    with pytest.raises(Paywall):
        refuse_walls(teaser)


HEADER = "Subscribe to read all of our stories. Already a subscriber? Log in. Politics Sports "
FOOTER = " Weather Traffic Puzzles" * 60 + " Start your free trial. Already a subscriber? Sign in."


@pytest.mark.parametrize("count", [4, 7, 15])
@pytest.mark.parametrize(
    "markup", ['<div class="meteredContent paywall">', f"<script>{SOLD}", "<p>", '<p id="paywall">']
)
def test_a_short_story_that_came_whole_is_read(markup, count):
    """Neither a class, nor a mark, nor the offers of a header or a footer are a cut."""
    story = WORDS * count
    refuse_walls(page(story, "A story", markup, seen=f"{HEADER}{story}{FOOTER}"))


def test_what_may_be_cut_is_read_and_told():
    """Where only the mark of a sale or a count of words speaks against a text, a curator decides."""
    assert "breaks off" in str(refuse_walls(page(WORDS * 9, markup=SOLD)))
    assert "126 words of the 900" in str(refuse_walls(page(WORDS * 9, claimed=900)))
    assert "350 words of the 900" in str(refuse_walls(page(WORDS * 25, markup=SOLD, claimed=900)))
    assert refuse_walls(page(WORDS * 40, markup=SOLD)) is None
    assert refuse_walls(page(WORDS * 9, claimed=140)) is None


def test_a_note_is_read_where_its_page_says_that_it_is_an_article():
    """Of 20 to 50 words, with a hint for the curator; less, or from any other page, is a failure."""
    assert "28 words" in str(refuse_walls(page(WORDS * 2, is_article=True)))
    for few in (page(WORDS, is_article=True), page(WORDS * 2)):
        with pytest.raises(DocumentEmpty):
            refuse_walls(few)


ABOUT_WALLS = [
    ("404: how we handle page not found", "The page you are looking for does not exist, it said."),
    ("Error 404 – the year we lost our docs", "In that year the docs were gone."),
    ("Oops! We shipped a hallucination", "It told a customer that the page does not exist."),
    ("Sorry, not sorry: why we left the cloud", "The page was not found to be slower."),
    ("How our paywall learns", "Subscribe to continue reading, it says. Already a subscriber?"),
    ("Consent in clinical trials, read by a model", "The model reads the forms of a hospital."),
    ("Consent management with a model", "Accept all or reject all is what most banners say."),
    ("Breaking CAPTCHAs with vision models", "Solve the captcha, we told it, and it did."),
    ("The CAPTCHA", "Verify you are human, it asked, and nobody could complete the captcha."),
    ("Solving CAPTCHAs", "Checking your browser is what it says while it waits for the answer."),
    ("Verify you are using the right model", "A list of what to ask before you confirm it."),
    ("Log in without passwords", "Please log in to continue, it said. Forgot your password?"),
    ("Sign in with a passkey | Acme", "The form with a password and a log-in was hated most."),
    ("Page not found: what our readers lost", "The page could not be found, it read."),
    ("Informed consent", "We use cookies, said the form; accept all or reject all."),
    ("Scheduled maintenance by an agent", "The site was down for scheduled maintenance twice."),
    ("Predictive maintenance", "Trains were temporarily unavailable for 3 % of the time."),
    ("Seite nicht gefunden: unser neuer Assistent", "Die Seite wurde nicht gefunden, stand da."),
]


@pytest.mark.parametrize("words", [3, 5, 10, 25])
@pytest.mark.parametrize(("title", "says"), ABOUT_WALLS)
def test_short_articles_about_walls_are_read(title, says, words):
    """An article of 80 words whose title and first lines speak of a wall is not one."""
    text = f"{WORDS * 2}{says} {WORDS * words}"
    footer = "Home Log in Cookie policy We use cookies. Subscribe to our letter"
    refuse_walls(page(text, title, '<input type="password">', seen=f"{title} {text} {footer}"))


BLOCKED = (
    "Sorry, you have been blocked. You are unable to access site.example. Why have I been blocked? "
    "This website is using a security service to protect itself from online attacks. Something "
    "that you did just now triggered it: certain words, a command of a database or broken data. "
    "What can I do? Write to the owner of the site, tell what you were doing and the number below."
)
COOKIES = (
    "We use cookies and data to keep the service running and to protect against spam and fraud. "
    "If you choose to accept all, we will also use cookies and data to show personalised ads and "
    "to measure how well they work. If you choose to reject all, we will not use cookies for these "
    "purposes. Ads that are not personalised depend on what you see and where you are. Settings "
    "of your privacy can be changed at any time. Select more options to manage preferences, also "
    "for each of our partners and the purposes for which they store data on your device. "
)


@pytest.mark.parametrize(
    ("error", "title", "text"),
    [
        (Captcha, "Attention Required! | Cloudflare", BLOCKED),
        (ConsentWall, "Before you continue to the search", COOKIES),
        (ConsentWall, "Acme", COOKIES),
        (ServiceDown, "Maintenance | Acme", f"We are under maintenance. {WORDS * 3}"),
        (SoftNotFound, "404 | Acme", f"Popular now. {WORDS * 4}"),
        (LoginWall, "Log in | Acme", f"{WORDS * 4}Forgot your password?"),
    ],
)
def test_walls_with_much_to_say_are_named(error, title, text):
    """A wall of a hundred words is one by its title, or since nearly all of it is about itself."""
    with pytest.raises(error):
        refuse_walls(page(text, title))


LOST = f"Page not found. It may have been moved. Our newest posts: {WORDS * 60}"


def test_a_page_that_is_gone_may_list_all_that_is_there():
    """Named so and saying so first, it is none, however many teasers follow; an article is one."""
    with pytest.raises(SoftNotFound):
        refuse_walls(page(WORDS * 60, "Page not found | Acme", seen=LOST))
    refuse_walls(page(WORDS * 60, "Page not found | Acme", seen=LOST, is_article=True))
    refuse_walls(page(WORDS * 60, "Page not found", seen=WORDS * 60))
    refuse_walls(page(WORDS * 60, "What our page not found page taught us", seen=LOST))


ABROAD = [
    *(
        (SoftNotFound, title, says)
        for title, says in (
            ("Siden blev ikke fundet", "Siden du leder efter findes ikke."),
            ("Siden finnes ikke", "Beklager, vi fant ikke siden du lette etter."),
            ("Sivua ei löytynyt", "Etsimääsi sivua ei löytynyt."),
            ("Nie znaleziono strony", "Strona, której szukasz, nie istnieje."),
            ("Stránka nenalezena", "Požadovaná stránka nebyla nalezena."),
            ("Сторінку не знайдено", "На жаль, такої сторінки не існує."),
            ("Erro 404", "A página que você procura não foi encontrada."),
            ("Fehler", "Diese Seite existiert nicht mehr."),
            ("We couldn't find that page", f"Try one of these: {WORDS * 12}"),
        )
    ),
    (LoginWall, "Anmelden", "Benutzername Passwort Anmelden Passwort vergessen?"),
    (LoginWall, "Connexion", "Adresse e-mail Mot de passe Se connecter Mot de passe oublié ?"),
    (LoginWall, "Iniciar sesión", "Correo Contraseña ¿Olvidaste tu contraseña?"),
    (LoginWall, "Sign in to your account", "Email, phone, or Skype. Can’t access your account?"),
    (Captcha, "Making sure you're not a bot!", "Loading... Making sure you're not a bot!"),
    (Captcha, "Vercel Security Checkpoint", "We're verifying your browser"),
    (Captcha, "", "Request unsuccessful. Incapsula incident ID: 877-123"),
    (Captcha, "Access Denied", 'You don\'t have permission to access "x" on this server.'),
    (Paywall, "Wie wir es bauten", f"{WORDS * 9}Jetzt Abo abschließen. Bereits Abonnent? Hier."),
    (Paywall, "Comment", f"{WORDS * 9}La suite est réservée aux abonnés."),
    (Paywall, "How", f"{WORDS * 9}Create an account to read the full story."),
    (ServiceDown, "Acme", "Unsere Website wird gerade gewartet. Wir sind bald wieder da."),
]


@pytest.mark.parametrize(("error", "title", "says"), ABROAD)
def test_walls_in_other_languages_and_of_other_makers_are_named(error, title, says):
    """What a reader abroad, or behind another service, is shown instead of the page."""
    markup = '<form><input type="password"></form>' if error is LoginWall else ""
    with pytest.raises(error):
        refuse_walls(page(says, title, markup))


@pytest.mark.parametrize("phrase", ["Log in", "We use cookies.", "Subscribe to our newsletter"])
def test_short_pages_with_ordinary_furniture_are_read(phrase):
    """A short note with a log-in link, a cookie line or a newsletter is not a wall."""
    refuse_walls(page(WORDS * 8, "Latency notes", seen=f"{phrase} {WORDS * 8}"))


REASONS = (
    "The action you took set off a rule of this site. Many things do so, a phrase that looks like "
    "a command among them, or data that is not well formed. You can write to the owner of the site "
    "and tell what you were doing when this page came up, with the number that you find at its end."
)


@pytest.mark.parametrize(
    ("error", "machine", "heading", "says"),
    [
        (Captcha, "Attention Required!", "Access is restricted", "You have been blocked. "),
        (Captcha, "Acme", "Sorry, you have been blocked", "You cannot see Acme. "),
        (LoginWall, "Acme Portal", "Sign in to continue", '<input type="password"> '),
        (ServiceDown, "Acme", "We will be back soon", "We are down for maintenance. "),
    ],
)
def test_a_wall_is_named_by_what_it_calls_itself_to_machines_or_in_its_heading(
    error, machine, heading, says
):
    """Which of the two becomes the title of the page does not matter."""
    markup = (
        f"<html><head><title>{machine}</title></head><body><h1>{heading}</h1>"
        f"<p>{says}</p><p>{REASONS}</p></body></html>"
    )
    payload = Payload(data=markup.encode(), media_type="text/html", charset=None, name="", url=URL)
    with pytest.raises(error):
        html.extract(payload)


def test_a_long_sold_text_that_stops_within_a_sentence_is_told():
    """However long: a teaser of a long article may have hundreds of words."""
    assert refuse_walls(page(WORDS * 40, "A story", SOLD)) is None
    told = refuse_walls(page(WORDS * 40 + WORDS.rstrip(". ") + " and then", "A story", SOLD))
    assert told is not None
    assert "breaks off" in told


TEASERS = "\n".join(f"How we moved service number {n} to another region in a day" for n in range(6))
SIGHS = ["Hm.", "Hmmm…", "Oh no!", "Oh, dear", "Yikes", "D’oh!", "Well, this is awkward."]
SIGHS += ["Huch!", "¡Ups!"]


@pytest.mark.parametrize("heading", SIGHS)
def test_a_sigh_above_teasers_is_a_page_that_is_gone(heading):
    """A heading that says nothing, and lines that lead elsewhere, are no document."""
    with pytest.raises(SoftNotFound):
        refuse_walls(page(TEASERS, "Acme Engineering", called=("Acme Engineering", heading)))


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Hm.", WORDS * 2 + "\n" + TEASERS),
        ("Hm.", TEASERS * 2),
        ("Hm, that cache was cold", TEASERS),
        ("Oh no, not another router", TEASERS),
        ("Products", TEASERS),
        ("UPS", TEASERS),
        ("", TEASERS),
    ],
)
def test_a_short_page_under_a_sigh_or_a_name_is_read(heading, text):
    """A note may begin with a sigh, and a page of links has a heading that says what they are."""
    refuse_walls(page(text.replace("\n", ".\n"), "Acme", called=("Acme", heading)))


@pytest.mark.parametrize(
    "last",
    [
        "The team then found that the",
        "What nobody had expected was how often it would",
        "Das Team stellte danach fest, dass die Antworten von",
    ],
)
def test_a_long_sold_text_that_ends_with_a_short_torn_line_is_doubtful(last):
    """A line may be a caption; one that ends with a word that leads on is torn."""
    markup = f"<script>{{{SOLD}}}</script>"
    doubt = refuse_walls(
        page(f"{WORDS * 60}\nThey went on to measure it. {last}", "A story", markup)
    )
    assert "see whether it breaks off" in (doubt or "")
    torn = refuse_walls(
        page(f"{WORDS * 60}\nSo they measured it again and {last}", "A story", markup)
    )
    assert "see whether it breaks off" in (torn or "")


@pytest.mark.parametrize(
    "last",
    [
        "The team in front of the machines that they looked after",
        "Read more: ten lessons from a year of running routers",
        "Photograph by Ada Example for the Harbour Review of Engineering",
    ],
)
def test_a_long_sold_text_above_a_caption_is_not_doubtful(last):
    """Captions, links and credits end without a full stop, and nothing is missing."""
    markup = f"<script>{{{SOLD}}}</script>"
    assert refuse_walls(page(f"{WORDS * 60}\n{last}", "A story", markup)) is None
