"""The documentation says what the code does; it cannot drift unnoticed."""

import re
from functools import cache
from pathlib import Path

import pytest
import typer.main

from casebook.cli.main import app
from casebook.extractors import registry
from casebook.runtime.settings import Settings
from casebook.schemas.errors import (
    BucketSilent,
    CasebookError,
    ExtractionError,
    FetchError,
    Remedy,
    remedy_of,
)
from casebook.schemas.sources import Payload, SourceKind
from casebook.warehouse import objects

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    "support-triage.html",
    "warehouse-voice.md",
    "search-talk.vtt",
    "claims-copilot.pdf",
    "claims-copilot.txt",
)
PAGES = sorted(
    p for p in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md"), *ROOT.glob("evals/*.md"), *ROOT.glob("benchmarks/*.md"))
    if p.name != "warehouse-voice.md"
)  # fmt: skip


def test_every_command_is_in_the_readme():
    """A command that nobody is told of does not exist."""
    readme = (ROOT / "README.md").read_text()
    told = set(re.findall(r"`(?:casebook )?(\w+)(?: [^`]*)?`", readme))
    commands = set(_whole_command().commands)
    assert commands <= told


def test_every_command_explains_itself():
    """Each command, those within groups too, and each of its options has a help text."""
    commands = _whole_command().commands
    for name, command in [*commands.items(), *_leaves("", commands)]:
        assert command.help, name
        assert command.help.strip().endswith("."), name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


@cache
def _whole_command():
    """Return the command with all that are within it; making it takes a tenth of a second."""
    return typer.main.get_command(app)


def _told_commands(page):
    """Return the command lines of casebook in a page, as words: those in code, without comments."""
    text = page.read_text()
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^    +(\S.*)$", text, re.MULTILINE)
    lines = [part for line in code for part in re.split(r"\s#\s|\||&&", line)]
    told = [
        re.fullmatch(r"(?:nohup )?(?:\.venv/bin/)?casebook ([a-z].*)", p.strip()) for p in lines
    ]
    return [re.sub(r"[,&<>\[\]]", " ", one[1]).split() for one in told if one]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_line_of_a_page_is_one(page):
    """Each command that a page tells of is there, and has the options that the page gives it."""
    if page.name == "CHANGELOG.md":  # it tells of what was
        return
    for words in _told_commands(page):
        within, options = _whole_command(), set[str]()
        for at, word in enumerate(words):
            commands = getattr(within, "commands", {})
            if not (commands and at < 2):
                break
            within = commands.get(word, commands.get("run"))
            assert within, f"{page.name}: casebook {' '.join(words)}"
        options |= {name for one in within.params for name in one.opts}
        if run := getattr(within, "commands", {}).get("run"):
            options |= {name for one in run.params for name in one.opts}
        given = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
        assert given <= options | {"-h", "--help"}, f"{page.name}: casebook {' '.join(words)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_variable_of_a_page_is_a_setting(page):
    """Nobody sets what nothing reads."""
    if page.name in {"CHANGELOG.md", "RESULTS.md"}:
        return
    known = {f"CASEBOOK_{name.upper()}" for name in Settings.model_fields} | {"CASEBOOK_CHECKOUT"}
    told = set(re.findall(r"\bCASEBOOK_[A-Z_]*[A-Z]\b", page.read_text()))
    assert told <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page):
    """Paths within code, counted from the repository or from the package."""
    if page.name in {"CHANGELOG.md", "RESULTS.md"} or page.parent.name == "adr":  # what was
        return
    named = re.findall(
        r"`([\w.]+(?:/[\w.]+)*/|(?:[\w.]+/)+[\w]+\.(?:py|toml|md|sql|json))`", page.read_text()
    )
    for path in named:
        if re.search(r"NAME|NNNN", path):
            continue
        beside = (ROOT / path, page.parent / path)
        rooms = (ROOT / "src" / "casebook").glob(f"**/{path}")  # within the room that is told of
        assert any(one.exists() for one in (*beside, *rooms)), path


def test_every_exit_code_is_told():
    """The README names each code with which an error ends a command, and no other of them."""
    readme = (ROOT / "README.md").read_text()
    (told,) = re.findall(r"Exit codes: ([^\n]+)\.\n", readme)
    codes = {int(code) for code in re.findall(r"(?:^|, )(\d) ", told)}
    assert codes == {0} | {error.exit_code for error in (CasebookError, *_below(CasebookError))}


def test_every_budget_is_told_beside_the_settings():
    """Whoever asks what something may cost finds each command that takes a budget."""
    page = (ROOT / "docs" / "settings.md").read_text()
    money = page[page.index("\n## Money") :]
    commands = _whole_command().commands
    for name, command in _leaves("", commands):
        if any("--budget" in option.opts for option in command.params):
            assert f"`{name.replace('backfill run', 'backfill')}" in money, name


def _leaves(before, commands):
    """Yield all commands with their full names, those within groups, too."""
    for name, command in commands.items():
        within = getattr(command, "commands", None)
        yield from _leaves(f"{before}{name} ", within) if within else [(before + name, command)]


def test_every_setting_is_documented_with_its_default():
    """Each setting has its line, and plain defaults are the ones in force."""
    page = (ROOT / "docs" / "settings.md").read_text()
    for name, field in Settings.model_fields.items():
        variable = field.validation_alias or f"CASEBOOK_{name.upper()}"
        line = next((row for row in page.splitlines() if f"`{variable}`" in row), None)
        assert line, variable
        if isinstance(field.default, int | float | str) and not isinstance(field.default, bool):
            assert (
                f"`{field.default:g}`" in line
                if isinstance(field.default, int | float)
                else (f"`{field.default}`" in line)
            ), line


def test_every_kind_of_source_is_told_with_its_label():
    """The page on sources has a line for each kind, by the name that readers see."""
    page = (ROOT / "docs" / "sources.md").read_text()
    rows = {row.split("|")[1].strip() for row in page.splitlines() if row.startswith("|")}
    assert {kind.label for kind in SourceKind} <= rows


def test_every_cause_of_failure_is_told_with_its_remedy():
    """Each way in which reading can fail has its line, and the line says the remedy in force."""
    page = (ROOT / "docs" / "sources.md").read_text()
    told = dict(
        re.findall(r"^\| `(\w+)` \|.*\| (try later|gone for good|needs you)", page, re.MULTILINE)
    )
    words = {Remedy.LATER: "try later", Remedy.GONE: "gone for good", Remedy.YOU: "needs you"}
    causes = [*_below(FetchError), *_below(ExtractionError)]
    in_force = {c.kind(): words[remedy_of(c.kind(), transient=c.transient)] for c in causes}
    assert told == in_force


def test_what_a_silent_bucket_takes_is_told():
    """The page on many machines has the limit that is in force, and the cause by its name."""
    page = (ROOT / "docs" / "scale.md").read_text()
    assert objects._LONGEST_SECONDS == 120
    assert "given up after two minutes a request" in page
    assert f"`{BucketSilent.kind()}`" in page


def _below(cause):
    """Return all classes under a class of errors."""
    return [c for sub in cause.__subclasses__() for c in (sub, *_below(sub))]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_shown_are_those_that_are_read(name):
    """An example's title, day, reader, passages and fourth place are what extraction gives."""
    page = (ROOT / "docs" / "sources.md").read_text()
    row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
    path = ROOT / "examples" / name
    payload = Payload(data=path.read_bytes(), media_type="", name=name)
    document = registry.extract(payload)
    fourth = document.passages[3].locator
    place = [fourth.section, fourth.speaker, fourth.page and f"page {fourth.page}"]
    seconds = fourth.seconds is not None and f"second {fourth.seconds:.0f}"
    told = [
        document.title, *document.authors, f"{document.published}", f"`{document.extractor}`",
        f"{len(document.passages)} passages", *place, seconds,
    ]  # fmt: skip
    assert not [fact for fact in told if fact and fact not in row]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    """Every relative link and image of a page is a file of the repository."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_a_heading(page):
    """What stands behind the # of a link is a heading of the page that it leads to."""
    for target, part in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text()):
        led_to = (page.parent / target) if target else page
        heads = re.findall(r"^#+ (.+)$", led_to.read_text(), re.MULTILINE)
        assert part in {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in heads}, part


def test_every_decision_is_in_the_index():
    """The index of decisions lists each file."""
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text()
    assert all(p.name in index for p in folder.glob("0*.md"))


def test_makefile_targets_named_in_the_docs_exist():
    """A `make` command that a page names is a target."""
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make (\w+)`", page.read_text()))
        named |= set(re.findall(r"^    make (\w+)", page.read_text(), re.MULTILINE))
        assert named <= targets, page.name
