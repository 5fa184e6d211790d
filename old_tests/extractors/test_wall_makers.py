"""Walls as their makers' pages are written, and pages that speak of them: both whole, from bytes."""

import pytest

from casebook.extractors.registry import extract
from casebook.schemas import errors
from casebook.schemas.sources import Payload

URL = "https://blog.example.com/rag"
SAID = (
    "Our platform group moved its ranking model behind a gateway and watched the error budget for "
    "a quarter, and wrote down each week what had gone wrong. "
)
STORY = f"<article><h1>How we rank</h1><p>{SAID * 2}</p>{{}}</article>"

WALLS = [
    (
        errors.Captcha,
        "Access to this page has been denied.",
        (
            "<h1>Access to this page has been denied because we believe you are using automation tools "
            "to browse the website.</h1><p>This may happen as a result of the following:</p><ul><li>"
            "Javascript is disabled or blocked by an extension</li><li>Your browser does not support "
            "cookies</li></ul><p>Please make sure that Javascript and cookies are enabled.</p>"
        ),
    ),
    (
        errors.Captcha,
        "Pardon Our Interruption",
        (
            "<p>As you were browsing something about your browser made us think you were a bot. There "
            "are a few reasons this might happen:</p><ul><li>You're a power user moving through this "
            "website with super-human speed.</li><li>You've disabled cookies in your browser.</li></ul>"
            "<p>To regain access, make sure that cookies and JavaScript are enabled.</p>"
        ),
    ),
    (
        errors.Captcha,
        "Human Verification",
        (
            "<script>window.awsWafCookieDomainList = [];</script><div id='challenge-container'></div>"
            "<noscript>In order to continue, we need to verify that you're not a robot.</noscript>"
        ),
    ),
    (
        errors.Captcha,
        "",
        "<script>window._cf_chl_opt = {};</script><p>リクエストを確認しています。</p>",
    ),
    (
        errors.Captcha,
        "",
        (
            "<div id='sec-overlay'></div><script>var chlgeId='1'</script>"
            "<noscript>Please enable JavaScript to view the page content.</noscript>"
        ),
    ),
    (errors.Captcha, "", "<script>window.KPSDK={}</script><script src='/1/ips.js'></script>"),
    (errors.Captcha, "Shop", "<p>Please slide to verify</p><script src='/gt4.js'></script>"),
    (
        errors.Captcha,
        "Client Challenge",
        (
            "<p>A required part of this site couldn’t load. This may be due to a browser extension, "
            "network issues, or browser settings.</p><noscript>JavaScript is disabled.</noscript>"
        ),
    ),
    (
        errors.LoginWall,
        "Sign in - Google Accounts",
        "<h1>Sign in</h1><p>Use your Google Account</p><a>Forgot email?</a><button>Next</button>",
    ),
    (
        errors.LoginWall,
        "Engineering Wiki",
        (
            "<h2>Log in</h2><label>Username</label><input><label>Password</label>"
            "<input type=password><p>Powered by a wiki</p>"
        ),
    ),
    (
        errors.LoginWall,
        "Stories",
        (
            "<h2>Welcome back.</h2><button>Sign in with email</button><p>No account? Create one</p>"
            "<p>Sign in to continue reading.</p>"
        ),
    ),
    (
        errors.LoginWall,
        "ログイン",
        "<form>メール <input> パスワード <input type=password></form><a>パスワードをお忘れですか</a>",
    ),
    (
        errors.ConsentWall,
        "Privacy gate",
        (
            "<h1>De krant gebruikt cookies</h1><p>Om je een optimale ervaring te bieden gebruiken wij "
            "en derde partijen cookies om persoonlijke gegevens te verwerken. Geef toestemming.</p>"
            "<button>Accepteren en doorgaan</button>"
        ),
    ),
    (
        errors.Paywall,
        "How we rank",
        STORY.format("")
        + "<p>You’ve read your last free article this month. Subscribe for unlimited access.</p>"
        '<script type="application/ld+json">{"isAccessibleForFree":false}</script>',
    ),
    (
        errors.Paywall,
        "How we rank",
        STORY.format("<h4>Continue reading your article with a subscription</h4>"),
    ),
    (
        errors.Paywall,
        "How we rank",
        STORY.format("<p>To read the full article, sign up for a free account.</p>"),
    ),
    (
        errors.SoftNotFound,
        "Pictures",
        (
            "<h1>Sorry, this page isn't available.</h1><p>The link you followed may be broken, or the "
            "page may have been removed.</p>"
        ),
    ),
    (errors.SoftNotFound, "Letters", "<p>This post is no longer available.</p>"),
    (errors.SoftNotFound, "404 Not Found", "<center><h1>404 Not Found</h1></center>nginx/1.18.0"),
]


def read(title: str, body: str):
    """Read a page as it comes from a site."""
    markup = f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"
    page = Payload(
        data=markup.encode(), media_type="text/html", charset="utf-8", name="rag",
        url=URL, final_url=URL, headers={"content-type": "text/html"},
    )  # fmt: skip
    return extract(page)


@pytest.mark.parametrize(("wall", "title", "body"), WALLS)
def test_a_makers_wall_is_named(wall, title, body):
    """What Cloudflare, Akamai, HUMAN, Imperva, Kasada and others, and big sites, send instead."""
    with pytest.raises(errors.CasebookError) as failure:
        read(title, body)
    assert type(failure.value) is wall


SPOKEN_OF = [
    ("Log in once: one sign-on for agents", "You must log in to continue, said every tool."),
    ("Subscribe to continue reading", "Subscribe to continue reading was on the button."),
    ("Members only", "This post is for paid subscribers, said the page before."),
    ("Privacy settings", "We use cookies to keep a session, and nothing else."),
    ("404s in our corpus", "A page that does not exist any more still ranks."),
    ("Human verification", "Verify that you are human, says the page, and “press and hold”."),
    ("Access denied: a post-mortem", "Because of automation tools we were denied access."),
]


@pytest.mark.parametrize(("title", "says"), SPOKEN_OF)
def test_a_short_article_about_walls_is_read(title, says):
    """It says so throughout, its last paragraph too, and has more to say."""
    body = "".join(f"<p>{says} {SAID}</p>" for _ in range(4)).replace("quarter", "month", 1)
    assert SAID.strip() in read(title, f"<article><h1>{title} at work</h1>{body}</article>").text


OFFERED = "Subscribe to continue reading. Already a subscriber?"
QUOTED = [
    (
        "Our paywall said “Subscribe to continue reading” on every third page. We took it away, and the "
        "readers who had left came back."
    ),
    (
        'Each tool said "Please log in to continue." and then "Forgot your password?". We put one '
        "sign-on before them all, and nobody asks for a new one any more."
    ),
    (
        'The page asked our agent "Verify you are human" and it ticked the box. We told the vendor, who '
        "mended it."
    ),
    f"{SAID * 4}At its end the page said “{OFFERED}”, as «{OFFERED}» did.",
    f'{SAID * 4}At its end the page said "{OFFERED}" in red.',
]
TITLE = "What we learnt</title><meta property='article:published_time' content='2025-03-01'><title>"


@pytest.mark.parametrize("text", QUOTED)
def test_what_an_article_quotes_is_not_what_its_page_says(text):
    """A note of thirty words about a wall, and an article that ends with a wall's words, are read."""
    assert text[:20] in read(TITLE, f"<p>{text}</p>").text


@pytest.mark.parametrize(
    ("wall", "says"),
    [
        (errors.Paywall, f"{SAID * 4}</p><p>{OFFERED}"),
        (errors.Paywall, f'{SAID * 4}"So it was," she said. {OFFERED} "We know."'),
        (errors.Paywall, f"{SAID * 4}»So it was,« she said. {OFFERED} »We know.«"),
        (errors.Paywall, f'{SAID * 4}She said "no" to it. {OFFERED} It is 5" wide.'),
        (errors.LoginWall, '"Ada," it says. Please log in to continue. Forgot your password?'),
        (
            errors.ConsentWall,
            (
                "By a click on “Accept all” you let us and our partners use cookies for ads. “Reject "
                "all” keeps them off. Under “Manage preferences” you can choose the purposes."
            ),
        ),
    ],
)
def test_what_stands_between_quotations_is_the_pages_own(wall, says):
    """Marks that close one quotation and open the next do not quote what lies between them."""
    with pytest.raises(wall):
        read(TITLE, f"<article><p>{says}</p></article>")


@pytest.mark.parametrize(
    "script",
    [
        "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>",
        "<script src='https://js.datadome.co/tags.js'></script>",
        "<script src='/_Incapsula_Resource?SWJIYLWA=1'></script>",
    ],
)
def test_a_guarded_shell_is_still_a_shell(script):
    """What runs in a browser is not given up because something guards its site."""
    with pytest.raises(errors.NeedsJavaScript):
        read("Acme", f"<div id='root'></div><script src='/main.js'></script>{script}")
