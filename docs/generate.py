"""Generates ``docs/settings.md``.

Run it from the root: ``.venv/bin/python docs/generate.py``. A test checks that the page is current.
"""

from pathlib import Path

from pydantic_core import PydanticUndefined

from config.settings import Settings, variable_of

SETTINGS = Path(__file__).parent / "settings.md"

_HEAD = """# Settings

Set each one as an environment variable, or in `casebook.toml` in lower case without `CASEBOOK_`. The environment takes precedence over `casebook.toml` in the current folder, which takes precedence over the one in `CASEBOOK_HOME`. `casebook doctor` lists the settings that are set, without secrets. With an invalid value, every command exits with code 4 and names the setting. Times are in seconds.

| variable | default | meaning |
|---|---|---|
"""

_TAIL = """
## Custom models

casebook knows the context windows and prices of common models. Describe another model, or change a known one, in `casebook.toml`:

    [models."our-model"]
    context_tokens = 32000
    output_tokens = 4000
    most_output_tokens = 16000        # for the retry of a truncated answer
    reasoning_effort = "low"          # for reasoning models; reasoning tokens count as output
    timeout = 300                     # seconds; longer for answers over 8,000 tokens
    strategy = "single"               # "map_reduce", or "guided": code selects, the model is not asked
    small = false                     # up to eight billion parameters; see below
    server = "LM Studio"              # runs on your own hardware: requests may take longer
    mode = "json_schema"              # how structured answers are requested; see below
    strict = false                    # the endpoint enforces the schema
    price = { input = 0.2, output = 0.6 }   # US dollars per million tokens; `cached` for cached input
    order_price = { input = 0.1, output = 0.3 }   # of the batch API; by default half the price

`mode` is `json_schema` (a response format with the schema), `json` (any JSON object as response format, for endpoints that do not accept a schema) or `tools` (a function call, for endpoints without response formats). The prompt includes the schema unless the endpoint enforces it (`json_schema` with `strict`) or receives it as a function. Some endpoints reject `strict`.

If the endpoint is a server of llama.cpp, vLLM or Ollama, casebook asks it for the context and, except for vLLM, for the model's size; `context_tokens` and `small` override the answers. Ollama's context is small by default, and it cuts longer prompts without an error: start it with `OLLAMA_CONTEXT_LENGTH=16384`. A prompt of which far fewer tokens were counted than it has is the failure `prompt_cut`. Requests to these servers may take six times as long as `timeout` says.

## The judge

By default, the drafting model also judges, unless it is small and not measured, or a measurement in this home says that it is unfit; `submit` and `doctor` then give the reason. A model that `CASEBOOK_JUDGE` names is always asked. `CASEBOOK_JUDGE=off` saves about half of the calls. Without the judge, only code checks the statements: it looks up quotes and compares numbers and names. Of 185 false statements with genuine quotes, held out from the design of the checks, code alone accepted 151, code and judge none.

`casebook eval --judge`, run in a checkout, asks the configured judge about [labelled items](../evals/README.md#items-for-a-judge), false and true. It prints by kind how many false ones the judge stops and how many true ones it flags, with 95 % intervals, and stores the totals in `CASEBOOK_HOME/evals/judge.jsonl`. `casebook doctor` warns if the judge has not been measured with the current prompt, might stop less than 90 % (the lower bound counts), or flags more than 5 %. A judge is unfit if even the upper bound is below 90 %. Answers are stored, so measuring again costs nothing.

## Budgets

A request is sent if the budgets allow an answer of typical length, including reasoning. The answer's token limit is lowered to what the budgets allow, also for a retry, so that an endless answer cannot exceed them. Parallel requests share the budgets. A request that timed out may have been charged: it counts as its prompt plus a full answer, and is retried once.
"""


def settings_page() -> str:
    """Return ``docs/settings.md``."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = field.default
        unset = default is PydanticUndefined or default is None or default in ("", frozenset())
        shown = (
            "" if unset else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        )
        meaning = " ".join((field.description or "").split()).replace("|", "\\|")
        lines.append(f"| `{variable_of(name)}` | {shown} | {meaning} |")
    return _HEAD + "\n".join(lines) + "\n" + _TAIL


if __name__ == "__main__":
    SETTINGS.write_text(settings_page(), "utf-8")
