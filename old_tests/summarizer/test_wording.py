"""What a sentence is made of."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.summarizer.language import numerals
from casebook.summarizer.language.wording import (
    by_initials,
    content_stems,
    identifiers,
    is_named,
    name_key,
    name_keys,
    names,
    negations,
    number_sequence,
    numbers,
    opening_names,
    overlap,
    stem,
    words,
)

STARTS = "normal organ capital rational conditional operat predict hesitat product".split()
ENDS = "ization izations ational fulness ousness iveness ality ically ement ements ing".split()

SAME_VALUE = [
    ("12k", "12,000", "twelve thousand", "12 thousand", "12 000", "12\u00a0000", "12\u202f000"),
    ("4 %", "4%", "four percent", "4 per cent", "four-percent"),
    ("4.7%", "four point seven percent", "4,7 %"),
    ("€1.2 million", "1,200,000", "€1.2m", "1.2M", "1.200.000", "1'200'000", "1.2 mn"),
    ("$2.5 billion", "$2.5B", "2.5bn", "two and a half billion"),
    ("205", "two hundred and five", "two hundred five"),
    ("25 teams", "twenty-five teams", "twenty five teams"),
    ("a dozen", "12", "twelve"),
    ("a hundred", "one hundred", "100"),
    ("four-hour", "4-hour", "4 hours", "4h"),
    ("p95", "95th percentile"),
    ("v4.1", "4.1"),
    ("8GB", "8 GB"),
    ("3-5k", "3,000 to 5,000", "3k–5k"),
    ("10–15 million", "between 10 million and 15 million", "10 to 15 million"),
    ("in 2024", "2024-"),
    ("5x2 matrix", "5 by 2"),
    ("50 lakh", "5 million"),
]


@pytest.mark.parametrize("spellings", SAME_VALUE, ids=lambda s: s[0])
def test_numbers_are_compared_by_value(spellings):
    """However a number is written, its value is the same."""
    values = [number_sequence(spelling) for spelling in spellings]
    assert values[0]
    assert values == [values[0]] * len(spellings)


@pytest.mark.parametrize(
    "text",
    [
        "one of them",
        "a team",
        "zero downtime",
        "several hundred users",
        "S3 and EC2 on H100s",
        "someone often",
        "dozens of thousands",
        "version 2.3.1",
        "1Password",
    ],
)
def test_what_states_no_number_has_none(text):
    """Articles, pronouns, vague amounts, names with digits and long versions are no numbers."""
    assert number_sequence(text) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("from 18% to 31% in 2 weeks", [18, 31, 2]),
        ("between two and three", [2, 3]),
        ("GPT-4.1 cut 1.5–3x", [4.1, 1.5, 3]),
        ("on 2024-05-12 at 10:30", [2024, 5, 12, 10, 30]),
        ("in 2024, 100 users", [2024, 100]),
        ("It grew to 99.9. Then", [99.9]),
        ("€1,200.50", [1200.5]),
    ],
)
def test_numbers_keep_their_order(text, values):
    """The sequence is that of the text, digits and words alike."""
    assert number_sequence(text) == values


def test_what_may_be_read_two_ways_has_both_readings():
    """Minutes in "5m" and German thousands in "1.200" count as stated too."""
    assert numbers("5m") == {5e6, 5}
    assert numbers("$5m") == {5e6}
    assert numbers("5M") == {5e6}
    assert numbers("1.200") == {1.2, 1200}
    assert numbers("3-5k") == {3, 3000, 5000}
    assert numerals.unstated("after 5m", numbers("after 5 minutes")) == []
    assert numerals.unstated("1,200 orders", numbers("1.200 Bestellungen")) == []


@given(st.integers(min_value=2, max_value=10**9))
def test_grouping_does_not_change_a_number(value):
    """Any integer reads the same plain, with commas, and inside a sentence."""
    assert number_sequence(f"{value:,}") == [value]
    assert number_sequence(f"We had {value} calls, then {value:,}.") == [value, value]


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text):
    """Every function takes any text; what numbers finds holds for itself."""
    assert numerals.unstated(text, numbers(text)) == []
    assert all(is_named(name, name_keys(text)) for name in names(text) if name_key(name))
    assert negations(text) >= 0
    content_stems(text)
    by_initials(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We moved from Redis to PostgreSQL.", {"Redis", "PostgreSQL"}),
        ("vLLM serves GPT-4 on AWS.", {"vLLM", "GPT-4", "AWS"}),
        ("Latency fell. Customers noticed.", set()),
        ("They've moved; I'm glad.", set()),
        ("The team's tool, Node.js, met OpenAI's.", {"Node.js", "OpenAI's"}),
        ("It has 8GB, 10x, and 150K+ rows", set()),
        ("run on an H100 since v0.13.0", {"H100", "v0.13.0"}),
        ("- Cost fell at Acme", {"Acme"}),
    ],
)
def test_names_are_told_by_form_and_place(text, found):
    """Capitals inside a sentence and mixed forms are names; numbers with units are not."""
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Contoso cut costs. Globex's team did too.", {"Contoso", "Globex's"}),
        ("However, the model failed. Reviewing helped. Engineers left.", set()),
        ("Latency and Klarvion fell.", {"Latency"}),
        ("Reliability of Klarvion fell.", set()),
        ("“Zyntriq” was slow", {"Zyntriq"}),
        ("", set()),
    ],
)
def test_the_first_word_of_a_sentence_may_be_a_name(text, found):
    """Words that often open a sentence, and ordinary endings, are left out."""
    assert opening_names(text) == found


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("OpenAI's", "built on OpenAI"),
        ("OpenAI’s", "OPENAI"),
        ("LangChain", "with Lang Chain"),
        ("Node.js", "on NodeJS"),
        ("Claude-based", "uses Claude"),
        ("GPT-4-powered", "we ran GPT-4"),
        ("Claude", "anthropic.claude-3.5-sonnet"),
        ("LLMs", "an LLM"),
        ("API", "two APIs"),
        ("March", "on 2024-03-12"),
        ("Sept", "in September"),
        ("v2.3.1", "release 2.3.1"),
        ("C++", "in C++"),
        ("Customers'", "customers"),
    ],
)
def test_a_name_is_found_in_its_other_spellings(name, source):
    """Possessive, case, hyphen, dot, plural and date form do not hide a name."""
    assert is_named(name, name_keys(source))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("C++", "in C"),
        ("H100", "on an A100"),
        ("GPT-5", "uses GPT-4"),
        ("Acme-based", "based in Rome"),
        ("v2.3.1", "release 2.3.2"),
        ("March", "on 2024-13-12"),
    ],
)
def test_another_name_is_not_found(name, source):
    """What differs by a letter, digit or sign is another name."""
    assert not is_named(name, name_keys(source))


def test_identifiers_are_the_names_with_digits():
    """They are compared in order where a quote is nearly found."""
    assert identifiers("GPT-4 on S3, then H100 in 2024, 8GB") == ["gpt4", "s3", "h100"]


def test_initials_are_those_of_words_and_of_their_parts():
    """A hyphenated term counts as its words."""
    assert ("rag", ["retrieval", "augmented", "generation"]) in by_initials(
        "uses retrieval-augmented generation"
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It works", 0),
        ("It does not work", 1),
        ("It doesn't work", 1),
        ("It doesn’t never work", 2),
        ("Cannot work without tests", 2),
        ("A notable knot", 0),
    ],
)
def test_negating_words_are_counted(text, count):
    """Contractions count with either apostrophe, parts of other words do not."""
    assert negations(text) == count


def test_content_words_are_compared_by_stem_and_part():
    """Inflection, hyphen, apostrophe and function words make no difference."""
    assert content_stems("The models were fine-tuned") == content_stems("model's fine tuning")
    assert content_stems("a team’s") == content_stems("team's")
    assert content_stems("it is of the") == set()


def test_words_keep_their_inner_signs():
    """Dots, hyphens, apostrophes and trailing signs belong to a word."""
    assert words("Node.js isn't C++, GPT-4.") == ["Node.js", "isn't", "C++", "GPT-4"]


def test_overlap_is_the_share_of_the_part():
    """Half of the asked words is 0.5, and nothing asked is all there."""
    assert overlap(["a", "b"], {"a"}) == 0.5
    assert overlap([], {"a"}) == 1.0


def test_threads_do_not_spoil_each_others_stems():
    """Sources are grounded in threads at the same time; each word has one stem all the same."""
    made = [f"{start}{end}" for start in STARTS for end in ENDS]
    alone = [stem(word) for word in made]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as pool:
            together = list(pool.map(lambda _: [stem(w) for w in made], range(12)))
    finally:
        sys.setswitchinterval(before)
    assert all(found == alone for found in together)
