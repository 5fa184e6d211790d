"""Pages in scripts without spaces between words are judged as surely as others."""

import pytest

from casebook.extractors.kinds.html import extract
from casebook.extractors.text.titles import title_of
from casebook.extractors.web.blocks.block_features import words_of
from casebook.extractors.web.choice import DOUBTFUL
from casebook.schemas.documents import Extracted
from casebook.schemas.sources import Payload

SAID = (
    "私たちのチームは毎週およそ一万一千件の問い合わせに答えており、春まではそのすべてを人の手で仕分けていました。",
    "最初の版では正しい部署に届いたのは六割にとどまり、以前の規則と変わりませんでした。",
    "回答までの時間の中央値は六日から十一時間に短縮され、二人の担当者が千五百件を確認しました。",
    "費用は一件あたり三十四円から三円に下がりましたが、品質は変わっていません。",
    "障害のときには一分以内に予備の経路へ切り替わり、問い合わせは一件も失われませんでした。",
    "評価用の質問は、実際に回答している人たちが書いた千二百問から成っています。",
)
NOTE = "今では小さなモデルが、人が見なくても返信を送ってよいかどうかを判断しています。"


def read() -> Extracted:
    prose = "".join(
        f"<p>{one}{other}</p>" for one, other in zip(SAID[::2], SAID[1::2], strict=True)
    )
    related = "".join(f"<li><a href=/{n}>関連記事その{n}</a></li>" for n in range(4))
    markup = (
        "<!doctype html><html lang=ja><title>仕分けを任せる</title><nav><a href=/>ホーム</a></nav>"
        f"<main><article><h1>仕分けを任せる</h1>{prose}<aside class=msg><div>{NOTE}</div></aside>"
        f"<p>{SAID[0]}次の四半期には二つの地域に広げます。</p></article><ul>{related}</ul></main>"
    )
    url = "https://tech.example.jp/articles/route"
    return extract(Payload(data=markup.encode(), media_type="text/html", url=url, final_url=url))


def test_a_page_in_japanese_raises_no_doubt():
    """Each sentence counted as one word, so that all of its text looked like menus."""
    found = read()
    told = next(step.outcome for step in found.extraction if step.method == "confidence")
    assert float(told[:4]) > DOUBTFUL
    assert all(said in found.text for said in SAID)


def test_a_note_in_a_box_is_read():
    """It has as many words as a sentence has, and so is likely text."""
    assert NOTE in read().text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Router v2", ["the", "router", "v2"]),
        ("小さなモデル、v2で", ["小さ", "なモ", "デル", "v2", "で"]),
        ("作り方 for 猫", ["作り", "方", "for", "猫"]),
        ("작은 모델", ["작은", "모델"]),
        ("โมเดล AI", ["โม", "เด", "ล", "ai"]),
    ],
)
def test_two_characters_count_as_a_word(text, words):
    """As where passages are counted; Korean has spaces."""
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("小さなモデルに任せてみた｜港の人", "小さなモデルに任せてみた"),
        ("客服问题自动分类的经验_问题分类-某博客", "客服问题自动分类的经验"),
    ],
)
def test_a_title_ends_at_the_signs_that_sites_in_these_scripts_use(title, heading):
    """A wide bar, and a low line, before the name of the site."""
    assert title_of([title], [heading], [], is_article=True) == heading
    assert title_of(["max_tokens"], ["max"], [], is_article=False) != "max"


def test_the_name_of_a_blog_over_a_post_is_not_its_title():
    """Blogger states "Blog: Post" and the post, and sets the blog alone as a heading."""
    stated = ["Running one card", "Petr on models: Running one card"]
    assert title_of(stated, ["Petr on models"], [], is_article=True) == "Running one card"
