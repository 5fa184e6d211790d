"""The encoding of a text that states none is told from the text."""

import pytest

from casebook.extractors.text.charset import decode

SAID = {
    "cs": "Každý týden jsme měřili podíl správných odpovědí a zapsali, co se nepovedlo. Žluťoučký kůň.",
    "de": "Jede Woche maßen wir den Anteil richtiger Antworten – „größere“ Änderungen für 5 Prozent.",
    "en": "Each week we measured the share of right answers — “what went wrong” and why; it’s a café.",
    "es": "Cada semana medimos la proporción de respuestas correctas; ¿qué salió mal? Mañana también.",
    "fr": "Chaque semaine, nous avons mesuré la part des réponses exactes et noté l’échec : où, à qui.",
    "he": "בנינו מערכת חיפוש שעונה על שאלות של צוות התמיכה בכל שבוע ומדדנו את התוצאות.",
    "hu": "Minden héten mértük a helyes válaszok arányát, és följegyeztük, mi ment rosszul; őrült űr.",
    "ja": "毎週、正しい回答の割合を測定し、何がうまくいかなかったかを書き留めました。",
    "lt": "Kiekvieną savaitę matavome teisingų atsakymų dalį ir užrašėme, kas nepavyko, žąsį.",
    "nl": "Elke week maten we het aandeel juiste antwoorden en schreven op wat misging: één keer géén.",
    "pl": "Zbudowaliśmy system, który odpowiada na pytania pracowników każdego tygodnia, żółć i źle.",
    "ru": "Каждую неделю мы измеряли долю верных ответов и записывали, что пошло не так.",
    "sv": "Varje vecka mätte vi andelen rätta svar och skrev ner vad som gick fel, även på måndag.",
    "tr": "Destek ekibinin sorularını yanıtlayan bir arama sistemi kurduk, her hafta ölçtük, şığöüç.",
}
PAGES = """cs:cp1250 cs:iso8859-2 de:cp1252 de:mac_roman en:cp1252 en:mac_roman es:cp1252 fr:cp1252
he:cp1255 hu:cp1250 ja:iso2022_jp ja:cp932 ja:euc_jp lt:cp1257 nl:cp1252 pl:cp1250 pl:iso8859-2
ru:cp1251 ru:koi8-r sv:iso8859-1 tr:cp1254""".split()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("markup", ["{}", "<div class='post-content entry'><p>{}</p></div>"])
def test_a_text_tells_its_code_page(page, markup):
    """Letters and languages that share their bytes are told apart, in pages as well."""
    language, _, codec = page.partition(":")
    text = markup.format(SAID[language]) * 6
    assert decode(text.encode(codec))[0] == text
