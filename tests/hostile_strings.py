"""Attack strings and naughty strings of the shared data, and cases made of them.

A conftest imports the fixture.
"""

import json
import os
import re
from pathlib import Path

import pytest
from case_views import CONFIRMED, a_document, a_quote, a_statement, a_view

from schemas.cases import CaseStudy, Fact, Measure, Section, Tag
from schemas.frozen import content_id
from schemas.reviews import CaseView

_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def hostile_strings() -> list[str]:
    """About 2,900 strings that hold more than blanks."""
    folder = Path(os.environ.get("CASEBOOK_DATASETS", _DATA)) / "security"
    if not (folder / "xss.txt").is_file():
        pytest.skip("no attack strings; set CASEBOOK_DATASETS to the folder of data sets")
    attacks = (folder / "xss.txt").read_text(encoding="utf-8").splitlines()
    naughty = json.loads((folder / "naughty_strings.json").read_text(encoding="utf-8"))
    return [text for text in dict.fromkeys([*attacks, *naughty]) if re.search(r"\S", text)]


def a_hostile_view(number: int, text: str) -> CaseView:
    """A case in which every text that reaches a page is ``text``."""
    document = a_document(
        f"x{text}x", url=f"https://hostile.example/{number}", title=text, authors=(text,),
        site=text, language=text, passages=(),
    )  # fmt: skip
    evidence = a_quote(document, text, passage=None, speaker=text)
    doubt = CONFIRMED.model_copy(update={"reason": text})
    measure = Measure(metric=text, value=text, unit=text, baseline=text, sample=text)
    names = ("company", "industry", "year", "stage", "narrator")
    study = CaseStudy(
        facts=(
            Fact(name="title", value=f"{text}!"),
            *(Fact(name=n, value=text, evidence=(evidence,), support=doubt) for n in names),
        ),
        statements=tuple(
            a_statement(n, f"{text} !", evidence, section=section, support=doubt, measure=measure)
            for n, section in enumerate(Section, start=1)
        ),
        tags=(Tag(slug=text, label=text, group="tool", evidence=(evidence,), support=doubt),),
    )
    view = a_view(study, document, case_id=content_id("case", number), revision={"author": text})
    reviews = tuple(review.model_copy(update={"who": text}) for review in view.reviews)
    return view.model_copy(update={"reviews": reviews})
