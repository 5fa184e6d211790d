"""How long answers usually are, for what a call is expected to cost."""

from summarizer.profiles import Profile

# Tokens of the answers that strong models give to real sources, by prompt.
_USUAL = {
    "triage": 400,
    "case_study": 2_800,
    "case_study_part": 1_900,
    "case_study_merge": 2_200,
    "judge": 900,
    "wanted": 80,
}
_USUAL_OTHER = 500
# A short source gives a short answer: so many tokens, and a share of what was read.
_LEAST, _SHARE = 500, 0.6
_FROM_TEXT = ("case_study", "case_study_part", "case_study_merge")
# Thinking that comes before an answer, by reasoning effort.
_THINKING = {"none": 0, "minimal": 200, "low": 800, "medium": 2_500, "high": 8_000}


def likely_output(prompt: str, profile: Profile, asked: int) -> int:
    """Return the likely tokens of an answer to ``prompt``, thinking included.

    ``asked`` are the tokens that the prompt has with what is filled in.
    """
    usual = _USUAL.get(prompt, _USUAL_OTHER)
    if prompt in _FROM_TEXT:
        usual = min(usual, _LEAST + int(_SHARE * asked))
    thinking = _THINKING.get(profile.reasoning_effort or "none", _THINKING["high"])
    return min(usual + thinking, profile.answer_tokens)
