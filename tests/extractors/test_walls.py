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


ABOUT_WALLS = [
    ("404: how we handle page not found", "The page you are looking for does not exist, it said."),
    ("Error 404 – the year we lost our docs", "In that year the docs were gone."),
    ("Oops! We shipped a hallucination", "It told a customer that the page does not exist."),
    ("Sorry, not sorry: why we left the cloud", "The page was not found to be slower."),
    ("How our paywall learns", "Subscribe to continue reading, it says. Already a subscriber?"),
    ("Consent in clinical trials, read by a model", "The model reads the forms of a hospital."),
    ("Consent management with a model", "Accept all or reject all is what most banners say."),
    ("Breaking CAPTCHAs with vision models", "Solve the captcha, we told it, and it did."),
    ("Predictive maintenance", "Trains were temporarily unavailable for 3 % of the time."),
    ("Seite nicht gefunden: unser neuer Assistent", "Die Seite wurde nicht gefunden, stand da."),
]


@pytest.mark.parametrize("words", [10, 25])
@pytest.mark.parametrize(("title", "says"), ABOUT_WALLS)
def test_short_articles_about_walls_are_read(title, says, words):
    """An article of 150 words whose title and first lines speak of a wall is not one."""
    text = f"{WORDS * 2}{says} {WORDS * words}"
    footer = "Home Log in Cookie policy We use cookies. Subscribe to our letter"
    refuse_walls(page(text, title, '<input type="password">', seen=f"{title} {text} {footer}"))


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
