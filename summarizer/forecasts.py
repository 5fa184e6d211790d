"""How long answers usually are, for what a call is expected to cost."""

from summarizer.profiles import Profile

# Tokens of usual answers by prompt, measured on answers of strong models to real sources.
_USUAL = {
    "triage": 450,
    "case_study": 3_500,
    "case_study_part": 2_000,
    "case_study_merge": 3_000,
    "judge": 1_000,
    "wanted": 80,
}
_USUAL_OTHER = 500
# Thinking that comes before an answer, by reasoning effort.
_THINKING = {"none": 0, "minimal": 200, "low": 800, "medium": 2_500, "high": 8_000}


def likely_output(prompt: str, profile: Profile) -> int:
    """Return the likely tokens of an answer to ``prompt``, thinking included."""
    thinking = _THINKING.get(profile.reasoning_effort or "none", _THINKING["high"])
    return min(_USUAL.get(prompt, _USUAL_OTHER) + thinking, profile.output_tokens)
