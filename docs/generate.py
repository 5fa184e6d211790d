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
    reasoning_effort = "low"          # for models that think before they answer
    price = { input = 0.2, output = 0.6 }   # US dollars per million tokens
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
