"""Tags and their evidence."""

from written_documents import document_of

from casebook.schemas.cases import SupportLevel
from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.grounding.drafts import Grounder
from casebook.summarizer.grounding.tagging import MAX_TAGS, lacking, tags_of
from casebook.summarizer.proposals import Claim, Proposal

TEXT = "We run Kubernetes. Kubernetes starts Airflow. The kettle is on."


def test_a_tag_shows_the_sentences_that_name_it():
    """Each tag's evidence holds a sentence of the document that names the term."""
    document = document_of(TEXT)
    for tag in tags_of(document):
        assert tag.evidence
        assert all(document.text[e.start : e.end] == e.quote for e in tag.evidence)


def test_a_passing_mention_is_no_tag():
    """What one passage alone names is left out, unless the title names it; spread goes first."""
    paragraphs = (
        "We run everything on Kubernetes, and Kubernetes restarts what dies in the night.",
        "A cluster of Kubernetes nodes also holds the queue, which is small but busy.",
        "We once read about Airflow, and about Airflow we have no opinion at all today.",
        "Every answer is kept in Redis for an hour, which saves a third of the calls.",
    )
    text = "\n\n".join(paragraphs)
    tags = {tag.slug: tag for tag in tags_of(document_of(text, title="Answers kept in Redis"))}
    assert list(tags) == ["redis", "kubernetes"]
    assert tags["kubernetes"].support.level is SupportLevel.SUPPORTED
    assert tags["redis"].support.level is SupportLevel.WEAK


def test_no_words_no_tag():
    """A text that names no term has none, and no text has more than the limit."""
    assert tags_of(document_of("The kettle is on.")) == []
    assert len(tags_of(document_of(TEXT))) <= MAX_TAGS


def test_products_are_proposed_and_places_are_not():
    """Of the names in a statement on tools, those that stand where a product does, or look like one."""
    said = "Pages are read by Quillpipe and KestrelDB on two cards in the Kassel data centre."
    document = document_of(f"{said} Quillpipe and KestrelDB are old. The cards came from Kassel.")
    proposal = Proposal(statements={"tools": [Claim(text=said, quotes=[said])]})
    study = Grounder(document).case_study(proposal)
    found = lacking(document, study, (), load_taxonomy())
    assert sorted(claim.name for claim, _ in found) == ["KestrelDB", "Quillpipe"]
    assert all(evidence[0].quote == said for _, evidence in found)
