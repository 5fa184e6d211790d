"""Walls that tell at length why they stand, that speak other languages, or that say it in markup."""

import pytest

from casebook.extractors.registry import extract
from casebook.schemas import errors
from casebook.schemas.sources import Payload

URL = "https://blog.example.com/rag"
SAID = (
    "Our platform group moved its ranking model behind a gateway and watched the error budget for "
    "a quarter, and wrote down each week what had gone wrong. "
)
WHY = (
    "The people who run this site have put a small piece of work in front of each page, for a few "
    "programs asked for so many pages that readers had to wait. A single reader does not notice it, "
    "a program that asks for millions of pages does. It needs a browser of the last years; some of "
    "their extensions keep it from ending, and can be turned off for this address alone. "
)


def read(title: str, body: str, attributes: str = ""):
    """Read a page as it comes from a site."""
    markup = f"<!doctype html><html><head><title>{title}</title></head><body {attributes}>{body}"
    return extract(
        Payload(
            data=markup.encode(), media_type="text/html", charset="utf-8", url=URL, final_url=URL
        )
    )


WALLS = [
    (
        errors.Captcha,
        "Making sure you're not a bot!",
        f"<script id='anubis_challenge' type='application/json'>{{}}</script><p>{WHY * 2}</p>",
    ),
    (
        errors.Captcha,
        "https://shop.example/item",
        (
            "<form id='captcha-form'><div class='g-recaptcha'></div></form><p>Our systems have seen "
            f"unusual traffic from your network. {WHY}</p>"
        ),
    ),
    (
        errors.Captcha,
        "Blocked",
        f"<h1>Hold on</h1><p>Your request has been blocked due to a rule. {WHY}</p>",
    ),
    (errors.Captcha, "Prüfung", "<p>Wer fragt hier?</p><form><div class='h-captcha'></div></form>"),
    (errors.Captcha, "確認", "<p>ロボットではないことを確認してください。</p>"),
    (errors.Captcha, "验证", "<p>您的网络环境存在异常，请点击按钮进行验证。</p>"),
    (errors.LoginWall, "Protected", "<p>Enter it below:</p><input type='password' name='p'>"),
    (errors.LoginWall, "提示", "<p>请输入</p><form>用户名<input>密码<input type=password></form>"),
    (errors.LoginWall, "Docs", "<h1>You need access</h1><p>Ask for it, or switch accounts.</p>"),
    (
        errors.ConsentWall,
        "Portal",
        (
            "<h2>Mit Werbung weiterlesen</h2><p>Lesen Sie wie gewohnt mit Werbung.</p><p>Zustimmen "
            "und lesen</p><p>Wir und unsere 90 Partner speichern Informationen auf einem Endgerät "
            "für diese Zwecke: personalisierte Werbung, Messung von Werbeleistung, "
            "Zielgruppenforschung. Die Einwilligung können Sie im Datenschutz widerrufen.</p>"
        ),
    ),
    (
        errors.ConsentWall,
        "Hop Stories",
        "<h1>Are you of legal drinking age?</h1><p>Please enter your date of birth.</p>",
    ),
    (
        errors.Paywall,
        "損保が回答を自動化",
        (
            "<article><p>損害保険の会社が問い合わせの四割を言語モデルで処理していることがわかった。"
            "今年度中に事故の受付へ広げる。担当者は毎週その結果を読み、誤りを数えている。</p>"
            "<p>この記事は会員限定です。残り 980文字</p></article>"
        ),
    ),
    (
        errors.Paywall,
        "大模型落地",
        "<article><p>我们在客服中上线了模型，三个月处理了二百万次会话。</p><p>订阅专栏解锁全文</p></article>",
    ),
    (
        errors.Paywall,
        "Subscribe to read | Paper",
        (
            "<h2>Banks find work</h2><p>Subscribe to unlock this article</p><h3>Try unlimited access"
            "</h3><p>Only $1 for four weeks, then $70 a month. Complete access to our journalism on "
            "any device. Cancel when you like.</p><h3>More offers</h3><p>Digital for $40 a month. "
            "Access on any device to what matters. Pay for a year and save a fifth.</p>"
        ),
    ),
    (
        errors.Paywall,
        "Die Bank und ihr Helfer",
        (
            f"<article><p>{SAID * 3}</p><p>Testen Sie X jetzt und lesen Sie alle Artikel.</p>"
            "<p>Sie haben bereits ein Abo? Hier anmelden</p></article>"
        ),
    ),
    (
        errors.Captcha,
        "Firewall - Access Denied",
        f"<h1>Access Denied - Website Firewall</h1><p>{WHY}</p><p>Block reason: not authorized</p>",
    ),
    (errors.LoginWall, "Sign in | Desk", "<h1>Sign in to Acme</h1><p>Continue with Google</p>"),
    (errors.SoftNotFound, "Error 404 (Not Found)!!1", "<p>That’s an error.</p>"),
    (errors.ServiceDown, "504 Gateway Time-out", "<h1>504 Gateway Time-out</h1>"),
    (errors.SoftNotFound, "Wiki", "<p>There is currently no text in this page.</p>"),
    (errors.SoftNotFound, "Forum - Information", "<p>The requested topic does not exist.</p>"),
    (errors.SoftNotFound, "Link expired", "<p>Ask its owner for another one.</p>"),
    (errors.SoftNotFound, "[deleted by user]", "<p>[removed]</p>"),
    (errors.SoftNotFound, "", "<p>该内容已被发布者删除</p>"),
    (errors.SoftNotFound, "404 - File or directory not found.", "<p>Or it is temporarily unavailable.</p>"),
    (errors.ServiceDown, "503 Backend fetch failed", "<h1>Error 503 Backend fetch failed</h1>"),
    (
        errors.ServiceDown,
        "shop.example | 522: Connection timed out",
        f"<h2>What happened?</h2><p>{SAID} Error 522 means that it did not end. {SAID}</p>",
    ),
    (errors.ServiceDown, "Account Suspended", "<p>This account has been suspended.</p>"),
    (errors.ServiceDown, "Too Many Requests", "<p>Too many requests were sent. Slow down.</p>"),
    (errors.ServiceDown, "お知らせ", "<p>ただいまメンテナンス中です。</p>"),
    (
        errors.RegionBlocked,
        "Unavailable for legal reasons",
        f"<p>You ask for this page from a country belonging to the European Union. {WHY}</p>",
    ),
    (errors.RegionBlocked, "Talk", "<p>Sorry, this talk isn’t available in your region.</p>"),
    (errors.NeedsJavaScript, "Acme", "<div id='app'><p>Loading…</p></div><script src='a.js'></script>"),
]  # fmt: skip


@pytest.mark.parametrize(("wall", "title", "body"), WALLS)
def test_a_wall_is_named(wall, title, body):
    """Whatever language it speaks, and however much it explains."""
    with pytest.raises(errors.CasebookError) as failure:
        read(title, body)
    assert type(failure.value) is wall


@pytest.mark.parametrize(
    "attributes", ["class='error404 wide'", "class='template-404'", 'class="home page-not-found"']
)
def test_what_publishing_systems_call_a_page_that_is_not_there(attributes):
    """It says so in its markup, in whatever words it tells its readers."""
    teasers = "".join(f"<p>Ako sme v roku 20{n} presunuli službu číslo {n}.</p>" for n in range(9))
    with pytest.raises(errors.SoftNotFound):
        read("Nič tu nie je", f"<h1>Nič tu nie je</h1>{teasers}", attributes)


READ = [
    ("Error budgets", "page-id-404 single", f"<p>{SAID * 4}</p>"),
    ("How we count 500 errors", "", f"<p>An error 503 ended our week. {SAID * 4}</p>"),
    ("Links that expire", "", f"<p>This link has expired, they read. {SAID * 4}</p>"),
    ("Not available in your region", "", f"<p>Until May a fifth of our readers saw it. {SAID * 3}</p>"),
    ("Verifying age", "", f"<p>Are you 18 or older, we asked. {SAID * 4}</p>"),
    ("Blocked by our own rule", "", f"<p>Each of their requests was blocked. {SAID * 4}</p>"),
    ("Night work", "", f"<p>The site will be down for maintenance on Monday. {SAID * 2}</p>"),
    ("Signing in", "", f"<p>„Bitte melden Sie sich an“, stand da: {SAID * 2}</p><input type=password>"),
    (
        "Numbers",
        "",
        f"<p>{SAID * 4}</p><form id='captcha-form'><textarea></textarea><div class='g-recaptcha'></div></form>",
    ),
]  # fmt: skip


DIALOG = "<dialog><form>Welcome back<input type='password'></form></dialog>"
LETTER = "<footer>Our letter<form><input><div class='g-recaptcha'></div></form></footer>"
MENU = "<nav>Home Blog Pricing Continue with Google</nav>"


@pytest.mark.parametrize("beside", [DIALOG, LETTER, MENU])
def test_a_page_that_awaits_its_scripts_is_no_wall(beside):
    """What lies beside the empty place of its text says nothing of that: its scripts are run."""
    with pytest.raises(errors.NeedsJavaScript):
        read("Ranking", f"<div id='root'></div>{beside}<script src='a.js'></script>")


PARTS = [
    ("", "<div class='page-not-found' hidden>Nothing is here</div>"),
    ("", "<template><div class='page-not-found'>Nothing is here</div></template>"),
    ("data-fallback='page-not-found' class='post'", ""),
    ("", "<form action='/captcha'>Verify that you are a human: <textarea></textarea></form>"),
]


@pytest.mark.parametrize(("attributes", "part"), PARTS)
def test_parts_for_another_time_make_no_wall(attributes, part):
    """The source of a page that is read may hold what it shows where something is missing."""
    assert (
        SAID.strip()
        in read("Gateways", f"<h1>Gateways</h1><p>{SAID * 3}</p>{part}", attributes).text
    )


JAPANESE = (
    "検索をBM25と埋め込みの併用に切り替え、二つの結果を統合したところ、再現率は七割から九割に上がり、"
    "応答にかかる時間は半分になり、毎月の費用も三割ほど下がったため、ほかの窓口にも広げることにしました。"
)
CHINESE = (
    "我们把检索换成了混合索引，同时使用关键词和向量，再把两个结果合并，召回率从七成提高到九成，"
    "首次回复的中位时间也从四个小时降到十一分钟，两位同事现在改为撰写帮助文档，其余的人继续处理最难的问题，"
    "每周都会把模型答错的句子抄下来，再一起讨论原因。"
)
NOTES = [
    f"<p>{SAID} {SAID}If you see an error 503, too many requests or a bad gateway, tell us.</p>",
    f"<p>{SAID} {SAID}The link has been removed from the menu, and the file is not available.</p>",
    f"<p>{SAID} {SAID}The page is private until then: “you need access”, it reads.</p>",
    f"<p>{SAID} {SAID}We turned mod_security off, and the website firewall with it.</p>",
    f"<p>{SAID} {SAID}Until May it is not available in your region.</p>",
    f"<p>{JAPANESE}続きを読むには画面を下に動かす必要があり、多くの人が登録せずに離れていました。</p>",
    f"<p>{CHINESE}用户订阅专栏后解锁全文，我们用模型预测谁会续费。</p>",
]


@pytest.mark.parametrize("body", NOTES)
def test_a_note_that_has_such_words_is_read(body):
    """Words that walls share with notes make a wall only of a page without a text or by its title."""
    assert read("Night work", f"<h1>Night work</h1>{body}<input type=password>").text


@pytest.mark.parametrize(("title", "named", "body"), READ)
def test_a_page_that_speaks_of_it_is_read(title, named, body):
    """So is one with a form for comments that asks for proof of a human."""
    found = read(title, f"<article><h1>{title}</h1>{body}</article>", f"class='{named}'")
    assert SAID.strip() in found.text
