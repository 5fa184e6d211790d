"""How near sentences are to what is asked about a field."""

from hypothesis import given
from hypothesis import strategies as st
from written_documents import document_of

from casebook.summarizer.drafting.ranking import pick
from casebook.summarizer.drafting.relevance import cue_words, relevance
from casebook.summarizer.drafting.sections import load_cues
from casebook.summarizer.language.sentences import sentences_of

NEAR = "Accuracy and cost were measured: errors fell by 40 percent after the reduction of retries."
FAR = "The crew of the second ship sang and sales grew by 40 percent in the warm and windy season."


def test_the_best_answer_scores_one_and_a_foreign_sentence_nothing():
    """Scores are shares of the document's best, field by field, one a sentence."""
    sentences = sentences_of(document_of(f"{NEAR} Zebras graze."))
    told = relevance(sentences)
    assert set(told) == set(load_cues().fields)
    assert told["results"] == [1.0, 0.0]


def test_of_two_sentences_with_the_same_cues_the_nearer_one_comes_first():
    """BM25 orders what the cues cannot tell apart, wherever the two stand."""
    for text in (f"{NEAR} {FAR}", f"{FAR} {NEAR}"):
        picks = pick(sentences_of(document_of(text)))["results"]
        assert [p.sentence.text for p in picks] == [NEAR, FAR]
        assert picks[0].weight > picks[1].weight


def test_relevance_alone_chooses_nothing():
    """Words of the question without any cue of the field are no answer: silence is better."""
    text = "My aunt planned a garden of herbs and asked for advice on what to do differently there."
    assert max(max(scores) for scores in relevance(sentences_of(document_of(text))).values()) == 1.0
    assert not any(pick(sentences_of(document_of(text))).values())


def test_each_query_has_words():
    """Every field asks a question, and its patterns yield plain words and no bits of syntax."""
    for name, field in load_cues().fields.items():
        assert field.question.endswith("?"), name
        assert len(cue_words(field)) > 3, name
        assert "bcall" not in cue_words(field)


@given(st.lists(st.sampled_from([NEAR, FAR, "The of it.", "!", "42.", "Ünïcode ☃."]), max_size=6))
def test_any_text_is_scored(parts):
    """No sentence at all, none with a word that carries meaning, repeats: scores from 0 to 1."""
    sentences = sentences_of(document_of(" ".join(parts) or "-"))
    for scores in (relevance(sentences), relevance([])):
        assert all(0.0 <= score <= 1.0 for field in scores.values() for score in field)
    assert relevance(sentences) == relevance(sentences)
