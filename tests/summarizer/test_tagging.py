"""Tags and their evidence."""

from written_documents import document_of

from casebook.schemas.cases import SupportLevel
from casebook.summarizer.tagging import MAX_TAGS, tags_of

TEXT = "We run Kubernetes. Kubernetes starts Airflow. The kettle is on."


def test_a_tag_shows_the_sentences_that_name_it():
    """Each tag's evidence holds a sentence of the document that names the term."""
    document = document_of(TEXT)
    for tag in tags_of(document):
        assert tag.evidence
        assert all(document.text[e.start : e.end] == e.quote for e in tag.evidence)


def test_what_is_named_once_is_weak_and_comes_later():
    """More mentions go first and count as supported."""
    tags = {tag.slug: tag for tag in tags_of(document_of(TEXT))}
    assert next(iter(tags)) == "kubernetes"
    assert tags["kubernetes"].support.level is SupportLevel.SUPPORTED
    assert [t.support.level for s, t in tags.items() if s != "kubernetes"] == [SupportLevel.WEAK]


def test_no_words_no_tag():
    """A text that names no term has none, and no text has more than the limit."""
    assert tags_of(document_of("The kettle is on.")) == []
    assert len(tags_of(document_of(TEXT))) <= MAX_TAGS
