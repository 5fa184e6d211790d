"""Writes the generated parts of the documentation: ``docs/settings.md``.

Run from the root: ``.venv/bin/python docs/generate.py``. A test checks that it is current.
"""

from pathlib import Path

from pydantic_core import PydanticUndefined

from config.settings import Settings, variable_of

SETTINGS = Path(__file__).parent / "settings.md"

_HEAD = """# Settings

Each is an environment variable, or the name without `CASEBOOK_` in lower case in `casebook.toml`. The environment wins over `casebook.toml` in the current folder, and that over the one in `CASEBOOK_HOME`. `casebook doctor` shows what was set, without secrets. A wrong value ends any command with exit code 4 and the setting's name. Times are in seconds.

| variable | default | meaning |
|---|---|---|
"""

_TAIL = """
## Models of your own

Context windows and prices of the providers' models are known. Describe another model, or change a known one, in `casebook.toml`:

    [models."our-model"]
    context_tokens = 32000
    output_tokens = 4000
    most_output_tokens = 16000        # for the second try where an answer was cut
    reasoning_effort = "low"          # for models that think before they answer; thinking counts as output
    strategy = "single"               # "map_reduce", or "guided" for small models
    overview = false                  # a guided model also writes title, company and abstract
    mode = "json_schema"              # how answers are asked for; see below
    strict = false                    # the endpoint enforces the schema
    price = { input = 0.2, output = 0.6 }   # US dollars per million tokens; `cached` for cached input

`mode` is `json_schema` (a response format with the schema), `json` (a response format that is any JSON object, for endpoints that refuse a schema) or `tools` (a function call, for endpoints that have no response format). Unless the endpoint enforces the schema (`json_schema` with `strict`) or has it as a function, the prompt repeats it. Endpoints that do not know `strict` may refuse it.

## The judge

`CASEBOOK_JUDGE=off` saves about half of the calls. Code alone looks up quotes and compares numbers and names: of 185 false statements with genuine quotes, none of them used to build the checks, it let 151 pass, code and judge none.

## Budgets

A request is sent if the budgets allow an answer of the usual length, thinking included. The limit of the answer is lowered to what they allow, also for a second try, so that an answer that does not end costs no more. Requests at the same time share the budgets. An answer that did not come in time may have been charged for: it counts as its prompt and a full answer, and is asked for once more.
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
