import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casebook.schemas.taxonomy import Taxonomy, load_taxonomy

TAXONOMY = load_taxonomy()


def slugs(text: str) -> set[str]:
    return {mention.slug for mention in TAXONOMY.mentions(text)}


def made_of(*synonyms: object, decoys: tuple[str, ...] = (), cues: object = None) -> Taxonomy:
    term = {
        "slug": "one",
        "label": "One",
        "group": "tool",
        "definition": "A tool.",
        "synonyms": synonyms,
        "merged": ["uno"],
    }
    industry = {"slug": "farm", "label": "Farm", "definition": "Land.", "cues": cues or {}}
    return Taxonomy.model_validate(
        {
            "version": "t",
            "contexts": {"near": ["near"]},
            "decoys": decoys,
            "industry_decoys": [],
            "terms": [term],
            "industries": [industry],
        }
    )


def found(taxonomy: Taxonomy, text: str) -> list[str]:
    return [text[mention.start : mention.end] for mention in taxonomy.mentions(text)]


@pytest.mark.parametrize("written", ["fine-tuning", "Fine Tuning", "finetuning", "fine\ntuning"])
def test_spaces_hyphens_and_line_breaks_stand_for_each_other(written):
    """A form is found however its words are joined, in any case, across a wrapped line."""
    assert found(made_of("fine-tuning"), f"we tried {written}, twice") == [written]


@pytest.mark.parametrize(
    "written", ["fine. Tuning", "fine, tuning", "fine\n\ntuning", "fine\ttuning"]
)
def test_a_phrase_ends_at_punctuation_and_paragraphs(written):
    """Words that belong to two sentences, cells or paragraphs are no phrase."""
    assert found(made_of("fine-tuning"), written) == []


@pytest.mark.parametrize("written", ["chatbot", "chatbots", "chat bots", "Chatbot's"])
def test_plurals_are_understood(written):
    """A final s, or a possessive, needs no form of its own."""
    assert len(made_of("chat bot").mentions(written)) == 1


@pytest.mark.parametrize("written", ["chatbotic", "prechatbot", "chat", "bots chat"])
def test_only_whole_words_are_found(written):
    """A form inside a longer word, or a part of a form, is no mention."""
    assert found(made_of("chat bot"), written) == []


def test_a_single_word_is_not_read_across_two():
    """The form "Redis" does not hide in "red is", nor "retrying" in "we're trying"."""
    assert found(made_of("Redis", "retrying"), "The red is new and we're trying it") == []


def test_other_marks_are_not_left_out():
    """A question-and-answer form in short is not the tester's abbreviation."""
    taxonomy = made_of("Q&A")
    assert found(taxonomy, "Q&A, Q & A, but not QA") == ["Q&A", "Q & A"]


def test_a_form_in_capitals_is_matched_as_written():
    """Abbreviations that are also words count only as abbreviations; the plural s stays small."""
    assert found(made_of("RAG"), "a rag, some RAGs and RAG") == ["RAGs", "RAG"]


def test_case_sensitivity_can_be_set_either_way():
    """A name that is also a word asks for its capital; capitals can be told not to matter."""
    taxonomy = made_of(
        {"form": "Cohere", "case_sensitive": True}, {"form": "MCP", "case_sensitive": False}
    )
    assert found(taxonomy, "Ideas cohere. Cohere speaks mcp.") == ["Cohere", "mcp"]


@pytest.mark.parametrize(("gap", "count"), [(5, 1), (39, 1), (40, 0), (400, 0)])
def test_an_ambiguous_form_needs_company(gap, count):
    """A form with `needs` counts only where one of those words stands within 40 words."""
    taxonomy = made_of({"form": "Ray", "needs": ["@near"]})
    assert len(taxonomy.mentions("near " + "x " * gap + "Ray")) == count
    assert len(taxonomy.mentions("Ray " + "x " * gap + "near")) == count


def test_the_longest_form_wins_and_nothing_overlaps():
    """A longer form takes its words; what follows is read afresh."""
    taxonomy = made_of("vector", "vector database", "database schema")
    text = "a vector database schema, a vector, a database schema"
    assert found(taxonomy, text) == ["vector database", "vector", "database schema"]


def test_a_shorter_form_is_found_where_the_longer_one_breaks_off():
    """The text may end, or go on otherwise, in the middle of a longer form."""
    taxonomy = made_of("vector", "vector database engine")
    assert found(taxonomy, "vector database, vector") == ["vector", "vector"]


def test_decoys_are_read_over():
    """A phrase in which the word means something else is no mention; the word elsewhere is."""
    taxonomy = made_of("agent", decoys=("travel agent",))
    assert found(taxonomy, "The travel agents met an agent") == ["agent"]


@pytest.mark.parametrize(
    ("synonyms", "message"),
    [
        (("fine-tuning", "Fine tuning"), "listed twice"),
        (({"form": "Ray", "needs": ["@far"]},), "context 'far'"),
        (({"form": "Ray", "needs": ["Two Words"]},), "pattern"),
        (("&",), "pattern"),
    ],
)
def test_a_taxonomy_that_contradicts_itself_is_refused(synonyms, message):
    """Doubled forms, unknown contexts and needs that no word can meet are found on loading."""
    with pytest.raises(ValidationError, match=message):
        made_of(*synonyms)


def test_a_slug_claimed_twice_is_refused():
    """An old slug can be merged into one term only."""
    data = TAXONOMY.model_dump(mode="json")
    data["terms"][0]["merged"] = [data["terms"][1]["slug"]]
    with pytest.raises(ValidationError, match="claimed twice"):
        Taxonomy.model_validate(data)


def test_merged_slugs_lead_to_their_term():
    """An import finds today's term under its own and under an older slug, and else None."""
    taxonomy = made_of("one")
    assert taxonomy.term("uno") is taxonomy.term("one") is taxonomy.terms[0]
    assert taxonomy.term("due") is None
    assert taxonomy.industry("farm") is taxonomy.industries[0]


def test_two_slugs_of_one_meaning_are_one_term():
    """The doubles of the older vocabulary are merged."""
    for one, other in [
        ("scaling", "scalability"),
        ("aws", "amazon-aws"),
        ("continuous-integration", "continuous-deployment"),
        ("compliance", "regulatory-compliance"),
        ("semantic-search", "vector-search"),
    ]:
        assert TAXONOMY.term(one) is not None
        assert TAXONOMY.term(one) is TAXONOMY.term(other)


@pytest.mark.parametrize("term", TAXONOMY.terms, ids=lambda term: term.slug)
def test_every_form_earns_its_own_slug(term):
    """No form is shadowed by another term's or by a decoy, and each can meet its needs."""
    for synonym in term.synonyms:
        need = synonym.needs[0] if synonym.needs else "plainly"
        company = TAXONOMY.contexts[need[1:]][0] if need.startswith("@") else need
        text = f"{synonym.form}, {company}"
        first = TAXONOMY.mentions(text)[0]
        assert (first.slug, text[first.start : first.end]) == (term.slug, synonym.form)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("We moved from GPT-4o to Claude 3.5 Sonnet.", "anthropic"),
        ("The prompts run on private Azure OpenAI endpoints.", "azure"),
        ("The prompts run on private Azure OpenAI endpoints.", "openai"),
        ("An LLM-as-a-judge grades each answer.", "llm-as-judge"),
        ("We served it with vLLM and speculative decoding.", "speculative-decoding"),
        ("Traces from every LLM call land in Langfuse.", "tracing"),
        ("The agents call tools until the LLM is done.", "agents"),
        ("We use NVIDIA Triton for serving.", "triton"),
        ("Adapters were trained with QLoRA.", "lora"),
        ("Results are kept in Postgres with pgvector.", "postgresql"),
    ],
)
def test_engineering_prose_is_understood(text, slug):
    """Terms are found in the forms that engineers write."""
    assert slug in slugs(text)


@pytest.mark.parametrize(
    "text",
    [
        "The travel agent and the insurance agent met a human agent.",
        "A meta-analysis of meta-learning by the meta description.",
        "The mistral blew over Provence while the llamas grazed.",
        "Our findings cohere with those of Ray and the X-ray.",
        "Ray tracing and contact tracing; the trace of a smile.",
        "Triton is a moon, Gemini is a sign: gemini, they say.",
        "Celery, chroma and the spark of an idea in a temporal sense.",
        "Pick an HMO or PPO policy; the model of plan matters.",
        "Social security and a security deposit at the estate agent's.",
        "A needle in a haystack; go to market; a snowflake fell on bedrock.",
        "Pruning roses in the sandbox with a whisper.",
    ],
)
def test_words_in_another_sense_earn_no_tag(text):
    """The ambiguous forms stay silent in texts about other things."""
    assert slugs(text) == set()


@given(st.text(alphabet=st.sampled_from("aA sS-\n.&'’éİß_0 agentRAGs fine-tuning"), max_size=80))
def test_mentions_lie_in_order_inside_the_text(text):
    """Whatever the text, offsets are inside it, in order, and do not overlap."""
    end = 0
    for mention in TAXONOMY.mentions(text):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end


@pytest.mark.parametrize("text", ["The agent cached RAG traces in Redis. ", "Meta ", "fine ", "x"])
def test_a_long_text_is_read_in_linear_time(text):
    """Ten times the text costs about ten times as long, for ordinary and for repeated words."""

    def seconds(characters: int) -> float:
        whole = (text * (characters // len(text) + 1))[:characters]
        runs = []
        for _ in range(3):
            began = time.process_time()
            TAXONOMY.mentions(whole)
            runs.append(time.process_time() - began)
        return min(runs)

    assert seconds(200_000) < 40 * max(seconds(20_000), 0.001)


def test_an_industry_is_ranked_by_its_cues_with_their_places():
    """The industry that the text speaks of comes first, with the words that say so."""
    text = "The insurer settles claims for policyholders; its developers write software."
    first, second = TAXONOMY.industries_of(text)[:2]
    assert (first.slug, second.slug) == ("insurance", "tech")
    assert [text[m.start : m.end] for m in first.mentions] == ["insurer", "claims", "policyholders"]
    assert first.score > second.score > 0


def test_cues_at_the_start_count_more_and_repetition_less():
    """The opening tells whose story it is; the tenth repetition adds less than the second word."""
    taxonomy = made_of("one", cues={"cow": 1.0, "sheep": 1.0})
    late = "x " * 600

    def score(text: str) -> float:
        return taxonomy.industries_of(text)[0].score

    assert score("cow " + late) > score(late + "cow")
    assert score("cow sheep") > score("cow cow") > score("cow")


def test_a_text_without_cues_has_no_industry():
    """Nothing is guessed from the prior alone."""
    assert TAXONOMY.industries_of("Nothing of note happened on Tuesday.") == []


@pytest.mark.datasets
def test_no_slug_of_the_older_vocabulary_is_dropped(datasets: Path):
    """Each industry and tag in use elsewhere maps to a term or an industry of ours."""
    vocabulary = json.loads((datasets / "cases" / "vocabulary.json").read_text())
    unknown = [t for t in vocabulary["tags"] if not (TAXONOMY.term(t) or TAXONOMY.industry(t))]
    unknown += [i for i in vocabulary["industries"] if not TAXONOMY.industry(i)]
    assert unknown == []
