"""Walls in the languages and forms that sites show them in: each is told for what it is."""

import pytest

from casebook.extractors.kinds.html import extract
from casebook.schemas import errors
from casebook.schemas.sources import Payload

NAV = "<nav><a href='/'>Home</a> <a href='/b'>Blog</a> <a href='/c'>Careers</a></nav>"
WALLS = {
    "x": (
        errors.LoginWall,
        (
            "<title>X</title><h1>Happening now</h1><h2>Join today.</h2><button>Sign up with Google"
            "</button><h3>Already have an account?</h3><a href=/l>Sign in</a>"
        ),
    ),
    "account": (
        errors.LoginWall,
        "<title>Pick an account</title><h1>Pick an account</h1><p>Use another account</p>",
    ),
    "de account": (
        errors.LoginWall,
        (
            "<title>Anmeldung</title><h1>Anmelden</h1><p>Weiter zu den Dokumenten</p>"
            "<a href=/f>E-Mail-Adresse vergessen?</a><button>Weiter</button>"
        ),
    ),
    "de pur": (
        errors.ConsentWall,
        (
            "<title>Zustimmung | Nachrichten</title><h1>Mit Werbung und Cookies nutzen</h1><p>Wie "
            "gewohnt mit Werbung und Tracking.</p><h2>Pur-Abo</h2><p>Ohne Werbetracking lesen.</p>"
        ),
    ),
    "pl": (
        errors.ConsentWall,
        (
            "<title>Dbamy o Twoją prywatność</title><p>My i nasi partnerzy przechowujemy informacje "
            "na urządzeniu, takie jak pliki cookie.</p><button>Przejdź do serwisu</button>"
        ),
    ),
    "de before": (
        errors.ConsentWall,
        (
            "<title>Bevor Sie zu Hafen weitergehen</title><p>Hafen nutzt Cookies und Daten, um "
            "Werbung anzubieten und zu messen. Mit Ihrer Zustimmung tun wir das auch für mehr.</p>"
            "<p>Unter Anpassen sehen Sie weitere Optionen.</p><button>Ich stimme zu</button>"
        ),
    ),
    "ja before": (
        errors.ConsentWall,
        (
            "<title>みなと にアクセスする前に</title><p>サービスの提供と広告のために Cookie と"
            "データを使用します。</p><button>すべて受け入れる</button><button>すべて拒否</button>"
        ),
    ),
    "ja": (
        errors.ConsentWall,
        (
            "<title>クッキーの使用について</title><p>当社は広告のためにクッキーを使用します。</p>"
            "<button>すべて同意する</button><button>拒否する</button>"
        ),
    ),
    "ru robot": (
        errors.Captcha,
        "<title>Вы не робот?</title><h1>Подтвердите, что запросы отправляли вы, а не робот</h1>",
    ),
    "pt robot": (
        errors.Captcha,
        (
            "<title>Um momento…</title><p>Verifique se você é humano realizando a ação abaixo.</p>"
            "<script src='/cdn-cgi/challenge-platform/x'></script>"
        ),
    ),
    "ar gone": (
        errors.SoftNotFound,
        "<title>الصفحة غير موجودة</title><p>الصفحة التي تبحث عنها غير موجودة.</p>",
    ),
    "he gone": (errors.SoftNotFound, "<title>הדף לא נמצא</title><h1>הדף לא נמצא</h1>"),
    "id gone": (
        errors.SoftNotFound,
        "<title>Halaman tidak ditemukan</title><p>Maaf, halaman yang Anda cari tidak ada.</p>",
    ),
    "parked": (
        errors.SoftNotFound,
        "<title>eng.example.com</title><p>This domain is for sale! Buy this domain.</p>",
    ),
    "de script": (
        errors.NeedsJavaScript,
        "<title>Hafen</title><p>Bitte aktivieren Sie JavaScript, um diese Seite anzuzeigen.</p>",
    ),
    "ja script": (
        errors.NeedsJavaScript,
        "<title>みなと</title><p>ご利用にはJavaScriptを有効にしてください。</p>",
    ),
    "loading": (
        errors.NeedsJavaScript,
        (
            f"<title>Stories</title>{NAV}<main><div id=content>Loading…</div></main><script src=/a>"
            "</script>"
        ),
    ),
}


@pytest.mark.parametrize(("wall", "markup"), WALLS.values(), ids=WALLS)
def test_a_wall_is_told_for_what_it_is(wall, markup):
    """It was refused as a page with too few words, which tells a curator nothing to do."""
    url = "https://eng.example.com/blog/how-we-rank"
    page = Payload(data=markup.encode(), media_type="text/html", charset="utf-8", url=url)
    with pytest.raises(errors.CasebookError) as failure:
        extract(page)
    assert type(failure.value) is wall
