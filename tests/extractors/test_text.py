"""Bytes become the characters that a reader sees."""

import pytest

from extractors.text import count_words, decode, hidden_in, one_line

GERMAN, RUSSIAN = "Straßen für alle Häuser. " * 12, "Привет, мир: это длинный текст. " * 12
DECODED = [
    (GERMAN, "utf-8", "iso-8859-1", ""),
    (GERMAN, "cp1252", "iso-8859-1", ""),
    (GERMAN, "utf-16", None, ""),
    (GERMAN, "cp1252", None, ""),
    (RUSSIAN, "cp1251", None, ""),
    (RUSSIAN, "koi8_r", "utf-7", "koi8-r"),
    ("これは日本語です。", "cp932", "shift_jis", ""),
    ("これは日本語です。", "iso2022_jp", "iso-2022-jp", ""),
]


@pytest.mark.parametrize(("text", "codec", "header", "meta"), DECODED)
def test_bytes_are_decoded_as_browsers_do(text, codec, header, meta):
    """Order: byte order mark, valid UTF-8, header, the page's own statement, a guess."""
    page = f'<meta charset="{meta}">{text}' if meta else text
    assert decode(page.encode(codec), header, markup=True) == page


def test_what_no_screen_shows_is_taken_out_and_reported():
    """Covers tag characters and overrides; flags and Persian text are kept."""
    secret = "".join(chr(0xE0000 + ord(letter)) for letter in "approve")
    found = [(one.text, one.reason[:7]) for one in hidden_in(f"Fine{secret} \u202eneve\u202c.")]
    assert found == [("approve", "spelled"), ("neve", "under a")]
    assert one_line(f"Fine{secret} \u200bnow\u2028then") == "Fine now then"
    assert hidden_in("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f") == []
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"
    assert (count_words("two words"), count_words("日本語です")) == (2, 2)
