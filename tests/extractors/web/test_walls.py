"""A page that asks for something first is a failure with a name; a page with its text is not."""

import pytest
from web_pages import PARAGRAPH, read

from schemas import errors

SAID = (
    "Our platform group moved its ranking model behind a gateway and watched the error budget for "
    "a quarter, and wrote down each week what had gone wrong. "
)
WHY = (
    "The people who run this site have put a small piece of work in front of each page, for a few "
    "programs asked for so many pages that readers had to wait. A single reader does not notice it. "
)
SOLD = '<script type="application/ld+json">{"@type":"Article","isAccessibleForFree":false}</script>'
PASSWORD = "<form><input type='password'></form>"

WALLS = [
    ("captcha", "Just a moment...", "Verify you are human by completing the action below."),
    ("captcha", "", "Checking your browser before accessing site.example"),
    ("captcha", "Attention Required! | Cloudflare", f"You have been blocked. {SAID}"),
    ("captcha", "Making sure you're not a bot!", f"<script id='anubis_challenge'></script>{WHY * 3}"),
    ("captcha", "Pardon Our Interruption", "Something about your browser made us think you were a bot."),
    ("captcha", "Access Denied", "You don't have permission to access \"x\" on this server."),
    ("captcha", "Prüfung", "<p>Wer fragt?</p><form><div class='h-captcha'></div></form>"),
    ("captcha", "確認", "ロボットではないことを確認してください。"),
    ("captcha", "", "<script>window._cf_chl_opt = {};</script><p>リクエストを確認しています。</p>"),
    ("service_down", "Maintenance", f"We are down for scheduled maintenance. {WHY}"),
    ("service_down", "Database Error", "Error establishing a database connection"),
    ("service_down", "504 Gateway Time-out", "504 Gateway Time-out"),
    ("service_down", "Acme", "Unsere Website wird gerade gewartet. Wir sind bald wieder da."),
    ("service_down", "お知らせ", "ただいまメンテナンス中です。"),
    ("soft_not_found", "404", "Sorry, the page you requested could not be found."),
    ("soft_not_found", "Page not found - Acme", f"Popular posts. {WHY}"),
    ("soft_not_found", "Acme", f"We can't seem to find the page you're looking for. {SAID * 6}"),
    ("soft_not_found", "Página no encontrada", f"La página que buscas no existe. {WHY}"),
    ("soft_not_found", "Fehler", "Diese Seite existiert nicht mehr."),
    ("soft_not_found", "404", "お探しのページは見つかりませんでした。"),
    ("soft_not_found", "eng.example.com", "This domain is for sale! Buy this domain."),
    ("region_blocked", "Talk", "Sorry, this talk isn’t available in your region."),
    ("region_blocked", "Unavailable for legal reasons", f"You ask from a country belonging to the European Union. {WHY}"),
    ("login_wall", "Log in", "Please log in to continue. Email Password Forgot password?"),
    ("login_wall", "Acme", f"Sign in to your account {PASSWORD}"),
    ("login_wall", "Protected", f"Enter it below: {PASSWORD}"),
    ("login_wall", "Anmelden", "Benutzername Passwort Anmelden Passwort vergessen?"),
    ("login_wall", "Connexion", "Adresse e-mail Mot de passe Mot de passe oublié ?"),
    ("login_wall", "ログイン", "<form>メール パスワード</form><a>パスワードをお忘れですか</a>"),
    ("consent_wall", "Before you continue", "We use cookies and data. Accept all. Reject all."),
    ("consent_wall", "Zustimmung | Nachrichten", "Mit Werbung und Cookies nutzen. Pur-Abo: ohne Werbetracking."),
    ("consent_wall", "Acme", "Wir und unsere Partner verwenden Cookies. Akzeptieren und weiter. " * 4),
    ("consent_wall", "Hop Stories", "Are you of legal drinking age? Please enter your date of birth."),
    ("paywall", "A story", f"{SAID * 3}</p><p>Subscribe to continue reading."),
    ("paywall", "A story", f"{SOLD}{SAID * 4} The team then"),
    ("paywall", "A story", f"{SOLD}{SAID * 4}</p><p>Already a subscriber? Log in."),
    ("paywall", "Die Bank", f"{SAID * 4}</p><p>Jetzt Abo abschließen.</p><p>Bereits Abonnent? Hier."),
    ("paywall", "Comment", f"{SAID * 4}</p><p>La suite est réservée aux abonnés."),
    ("paywall", "大模型落地", "我们在客服中上线了模型，三个月处理了二百万次会话。</p><p>订阅专栏解锁全文"),
    ("paywall", "Subscribe to read | Paper", "Subscribe to unlock this article. Try unlimited access for $1."),
    ("needs_java_script", "App", "You need to enable JavaScript to run this app."),
    ("needs_java_script", "App", "<div id='root'></div><dialog>Welcome back</dialog><script src='a.js'></script>"),
    ("needs_java_script", "Stories", "<div id=content>Loading…</div><script src=/a></script>"),
    ("document_empty", "Acme", "Coming soon."),
]  # fmt: skip
CLASSES = {
    "captcha": errors.TemporarilyUnavailable,
    "service_down": errors.TemporarilyUnavailable,
    "soft_not_found": errors.SourceGone,
    "needs_java_script": errors.NeedsJavaScript,
}


def page(title: str, body: str, attributes: str = "") -> str:
    return f"<!doctype html><html><head><title>{title}</title></head><body {attributes}><p>{body}</p></body>"


@pytest.mark.parametrize(("cause", "title", "body"), WALLS)
def test_each_wall_is_named(cause, title, body):
    """In any language the error's class says what to do, its cause why, its message where."""
    with pytest.raises(errors.CasebookError) as failure:
        read(page(title, body))
    assert failure.value.kind == cause
    assert type(failure.value) is CLASSES.get(cause, errors.ExtractionError)
    assert "harbour.example" in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("cause", ["captcha", "service_down"])
def test_a_file_is_never_to_be_tried_later(cause):
    """The wall of a saved page is permanent: the same cause in a class that is not retried."""
    title, body = next((title, body) for name, title, body in WALLS if name == cause)
    with pytest.raises(errors.ExtractionError) as failure:
        read(page(title, body), None, is_file=True)
    assert (failure.value.kind, failure.value.transient) == (cause, False)
    assert "try again later" not in str(failure.value)


def test_a_page_at_a_log_in_address_is_a_log_in():
    """The address shows that it is a login, even if the text does not."""
    with pytest.raises(errors.ExtractionError) as failure:
        read(page("Acme", "Username Password"), "https://acme.example/login?next=/a")
    assert failure.value.kind == "login_wall"


@pytest.mark.parametrize("attributes", ["class='error404 wide'", 'class="home page-not-found"'])
def test_what_publishing_systems_call_a_missing_page(attributes):
    """Publishing systems mark a missing page in its markup, whatever its text."""
    with pytest.raises(errors.SourceGone):
        read(page("Nič tu nie je", "Nič tu nie je", attributes))


ABOUT_WALLS = [
    ("404: how we handle page not found", "The page you are looking for does not exist, it said."),
    ("Error 404 – the year we lost our docs", "In that year the docs were gone."),
    ("Oops! We shipped a hallucination", "It answered a customer that the page does not exist."),
    ("How our paywall learns", "Subscribe to continue reading, it says. Already a subscriber?"),
    ("Consent management with a model", "Accept all or reject all is what most banners say."),
    ("Privacy settings", "We use cookies to keep a session, and nothing else."),
    ("Breaking CAPTCHAs with vision models", "Solve the captcha, we asked, and it did."),
    ("Verify you are using the right model", "A list of what to ask before you confirm it."),
    ("Log in without passwords", "Please log in to continue, it said. Forgot your password?"),
    ("Scheduled maintenance by an agent", "The site was down for scheduled maintenance twice."),
    ("Not available in your region", "Until May a fifth of our readers saw it."),
    ("Seite nicht gefunden: unser neuer Assistent", "Die Seite wurde nicht gefunden, stand da."),
]


@pytest.mark.parametrize("count", [2, 4, 12])
@pytest.mark.parametrize(("title", "says"), ABOUT_WALLS)
def test_articles_about_walls_are_read(title, says, count):
    """An article of at least sixty words about walls is not a wall."""
    footer = f"<footer>Log in. Cookie policy. We use cookies. {PASSWORD}</footer>"
    body = f"<article><h1>{title}</h1><p>{says} {SAID * count}{PARAGRAPH}</p></article>{footer}"
    assert SAID.strip() in read(page(title, body)).text


@pytest.mark.parametrize(
    "text",
    [
        "Our paywall said “Subscribe to continue reading” on every third page. We took it away.",
        'Each tool said "Please log in to continue." and then "Forgot your password?" once more.',
        'The page asked our agent "Verify you are human" and it ticked the box without a pause.',
    ],
)
def test_what_an_article_quotes_is_not_what_its_page_says(text):
    """This holds even for a note of forty words whose metadata declares an article."""
    head = "</title><meta property='article:published_time' content='2025-03-01'><title>"
    assert text[:20] in read(page(f"What we learnt{head}", f"{text} {PARAGRAPH}")).text


@pytest.mark.parametrize(
    "body",
    [
        f"{SOLD}<p>{SAID * 9}</p>",
        f"<div class='paywall metered'>{SAID * 5}</div>",
        f"<header>Subscribe to read all stories. Already a subscriber?</header><p>{SAID * 5}</p>",
        f"<p>{SAID * 5}</p><form action='/captcha'>I am a human <textarea></textarea></form>",
        f"<p>{SAID * 5}</p><div class='page-not-found' hidden>Nothing is here</div>",
    ],
)
def test_parts_that_walls_have_too_make_no_wall(body):
    """Covers offers, classes, headers, protected comment forms and hidden parts."""
    assert SAID.strip() in read(page("How we rank", body)).text


def test_what_may_be_cut_is_read_with_a_doubt():
    """If only an offer or a stated length suggests a cut, the curator decides."""
    claimed = SOLD.replace("false", 'true,"wordCount":1900')
    for body in (f"{SOLD}<p>{SAID * 9}</p>", f"{claimed}<p>{SAID * 9}</p>"):
        doubts = [step for step in read(page("A story", body)).steps if step.doubtful]
        assert any("breaks off" in step.outcome for step in doubts)


def test_a_long_page_without_a_text_of_its_own_is_missing():
    """The page says in two lines that it is missing, followed by many teasers."""
    teasers = "".join(f"<p>{SAID} In week {week}.</p>" for week in range(20))
    body = f"<h1>Page not found</h1><p>The page could not be found.</p>{teasers}"
    with pytest.raises(errors.SourceGone):
        read(page("Page not found | Acme", body), "https://acme.example/x")
