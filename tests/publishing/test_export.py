"""The data set that is handed on: its card, its articles, its releases, and whose folder it is."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from case_views import a_short_view, a_view

from publishing.conversion import published_case
from publishing.exchange import export as module
from publishing.exchange.export import export
from publishing.exchange.export_texts import licence
from publishing.plan import Exported, SiteSettings
from publishing.records import CaseRecord
from schemas.errors import InputError, PublishError
from schemas.reviews import EARLIER_JUDGE, CaseView

DAY, NEXT = date(2026, 11, 30), date(2026, 12, 1)
SETTINGS = SiteSettings(title="Models: at work", address="https://x.example", licence="CC BY 4.0")
HOSTILE = '--- "title": {x}\n<script>*'

Export = Callable[..., Exported]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The folder of the data set."""
    return tmp_path / "export"


@pytest.fixture
def release(tmp_path: Path, target: Path) -> Export:
    """Export the given cases as what is published."""

    def release(*views: CaseView, day: date = DAY) -> Exported:
        lines = tmp_path / "site" / "data" / "cases.jsonl"
        lines.parent.mkdir(parents=True, exist_ok=True)
        cases = [published_case(view, view.case.case_id.replace("_", "-")) for view in views]
        records = [
            CaseRecord(**dict(case), page=case.address, licence=None, citation="") for case in cases
        ]
        lines.write_text("".join(one.model_dump_json() + "\n" for one in records))
        return export(tmp_path / "site", target, SETTINGS, day)

    return release


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the YAML between two lines of ---, and the rest."""
    _, front, body = text.split("---\n", 2)
    return yaml.safe_load(front), body


def contents(folder: Path) -> dict[str, bytes]:
    """Return the contents of all files of a folder."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def test_the_card_names_tables_that_exist(release: Export, target: Path) -> None:
    """Hugging Face can read its YAML, and its SQL query finds rows."""
    release(a_view())
    text = (target / "README.md").read_text("utf-8")
    head, body = front_matter(text)
    assert (head["pretty_name"], head["license"]) == ("Models: at work", "cc-by-4.0")
    assert (head["language"], head["size_categories"]) == (["en"], ["n<1K"])
    names = "cases companies systems accounts statements evidence results findings tags "
    names = f"{names}corrections".split()
    assert [one["config_name"] for one in head["configs"]] == names
    assert all((target / one["data_files"]).is_file() for one in head["configs"])
    assert all((target / "csv" / f"{name}.csv").is_file() for name in names)
    assert "| `n` | INTEGER | The number of the statement in the case. |" in body
    query = body.partition("```sql\n")[2].partition("```")[0]
    found = duckdb.sql(query.replace("'data/", f"'{target}/data/")).fetchall()
    assert [row[1] for row in found] == ["median time to first answer", "drafts changed"]


def test_the_card_counts_cases_that_were_not_judged(release: Export, target: Path) -> None:
    """Each note has its number of cases; a data set that was judged has none."""
    recipe = a_view().revision.recipe
    assert recipe
    unjudged = {"recipe": recipe.model_copy(update={"judge": None, "strategy": "single"})}
    earlier = {"recipe": recipe.model_copy(update={"prompts": (EARLIER_JUDGE,)})}
    judged, *others = (
        a_short_view(f"Case {n}", revision=revision)
        for n, revision in enumerate(({}, unjudged, unjudged, earlier))
    )
    release(judged)
    card = front_matter((target / "README.md").read_text("utf-8"))[1][:2_000]
    assert "ot judged" not in card
    assert "judged each statement, fact and tag. A curator" in card
    release(judged, *others, day=NEXT)
    card = (target / "README.md").read_text("utf-8")
    assert "fact and tag, except in the cases counted below. A curator" in card
    assert "\n2 cases: Not judged: no model compared" in card
    assert "\n1 case: Judged by an earlier version" in card


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CC-BY-SA 4.0", {"license": "cc-by-sa-4.0"}),
        ("https://creativecommons.org/licenses/by/4.0/", {"license": "cc-by-4.0"}),
        ("https://creativecommons.org/publicdomain/zero/1.0/", {"license": "cc0-1.0"}),
        ("Ask us first", {"license": "other", "license_name": "ask-us-first"}),
        (None, {"license": "other", "license_name": "not-stated"}),
        (
            "https://x.example/terms",
            {
                "license": "other",
                "license_name": "https-x-example-terms",
                "license_link": "https://x.example/terms",
            },
        ),
    ],
)
def test_a_licence_is_named_as_hubs_know_it(text: str | None, found: dict[str, str]) -> None:
    """A known licence has its identifier, any other is "other" with a name."""
    assert licence(text) == found


def test_articles_have_a_front_matter(release: Export, target: Path) -> None:
    """Site generators can read it with any title; the case follows."""
    release(a_view(), a_short_view(HOSTILE))
    first, other = [front_matter(one.read_text("utf-8")) for one in _articles(target)]
    head, body = first if first[0]["title"].startswith("A claims") else other
    assert head["date"] == date(2026, 11, 24)
    assert head["company"] == "Harbourline"
    assert "year" not in head, "it is doubtful, and a front matter has no room for a mark"
    assert (head["tags"][0], head["slug"]) == ("rag", head["case_id"].replace("_", "-"))
    assert body.startswith("\n# A claims assistant")
    assert {first[0]["title"], other[0]["title"]} >= {" ".join(HOSTILE.split())}


def _articles(target: Path) -> list[Path]:
    return sorted((target / "markdown").iterdir())


def test_a_release_names_what_differs_from_the_one_before(release: Export, target: Path) -> None:
    """The newest is on top; a second one on a day has a number; withdrawn cases have no file."""
    kept, gone = a_short_view("Kept"), a_short_view("Gone")
    assert release(kept, gone).release == "2026-11-30"
    changed = release(a_short_view("Kept", "Another text."), a_short_view("New"))
    assert changed == Exported(
        path=target,
        release="2026-11-30.2",
        cases=2,
        added=("New",),
        changed=("Kept",),
        withdrawn=(gone.case.case_id,),
    )
    assert len(_articles(target)) == 2
    many = [a_short_view(f"Case {n:02}") for n in range(53)]
    release(*many, day=NEXT)
    text = (target / "CHANGES.md").read_text("utf-8")
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert heads == ["# Changes", "## 2026-12-01", "## 2026-11-30.2", "## 2026-11-30"]
    assert "- Case 49\n- and 3 more\n\nWithdrawn:\n\n- case1" in text
    assert "Added:\n\n- New\n\nChanged:\n\n- Kept\n\nWithdrawn:\n\n- case1" in text
    noted = json.loads((target / "release.json").read_text())
    assert (noted["release"], len(noted["cases"])) == ("2026-12-01", 53)


def test_where_nothing_changed_nothing_is_written(release: Export, target: Path) -> None:
    """The folder is unchanged, and the last release is returned."""
    release(a_view())
    before = contents(target)
    done = release(a_view(), day=NEXT)
    assert (done.is_new, done.release) == (False, "2026-11-30")
    assert contents(target) == before


def test_a_folder_of_others_is_refused(release: Export, target: Path) -> None:
    """It is left untouched, even if it has another release.json."""
    target.mkdir()
    (target / "letter.txt").write_text("mine")
    for text in (None, "{}", '{"version": 1}'):
        if text:
            (target / "release.json").write_text(text)
        before = contents(target)
        with pytest.raises(InputError, match="did not write"):
            release(a_view())
        assert contents(target) == before


def test_a_clone_keeps_what_git_needs(release: Export, target: Path) -> None:
    """A new clone counts as empty; .git and .gitattributes are kept."""
    (target / ".git").mkdir(parents=True)
    (target / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (target / ".gitattributes").write_text("*.parquet filter=lfs\n")
    release(a_view())
    release(a_short_view("Another"))
    assert (target / ".git" / "HEAD").read_text() == "ref: refs/heads/main\n"
    assert (target / ".gitattributes").exists()
    assert sorted(one.name for one in target.iterdir() if one.name.startswith(".")) == [
        ".git", ".gitattributes", ".zenodo.json"]  # fmt: skip


@pytest.mark.parametrize("earlier", [(), ("Before",)])
def test_a_crash_leaves_a_folder_that_the_next_run_completes(
    earlier: tuple[str, ...], release: Export, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of the interrupted release are replaced, and it is not in the list of changes."""
    for title in earlier:
        release(a_short_view(title))

    def crash(new: Path, folder: Path) -> None:
        (new / "CHANGES.md").replace(folder / "CHANGES.md")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(module, "_replace", crash)
        with pytest.raises(PublishError, match="No space left on device"):
            release(a_short_view("Half way"))
    (target / ".casebook-new").mkdir()  # as a killed process leaves it
    done = release(a_short_view("Whole"), day=NEXT)
    assert done.added == ("Whole",)
    assert done.withdrawn == tuple(a_short_view(title).case.case_id for title in earlier)
    text = (target / "CHANGES.md").read_text("utf-8")
    assert "Half way" not in text
    assert [title in text for title in earlier] == [True for _ in earlier]
    assert len(_articles(target)) == 1
    assert not (target / ".casebook-new").exists()


def test_days_go_forward_only(release: Export) -> None:
    """A release before the last one would be above it in the list of changes."""
    release(a_view(), day=NEXT)
    with pytest.raises(InputError, match="The last release is 2026-12-01"):
        release(a_short_view("Another"), day=DAY)


def test_without_a_site_there_is_nothing_to_export(tmp_path: Path, target: Path) -> None:
    """The message names the command to run first, and no folder is created."""
    with pytest.raises(InputError, match="`casebook publish` first"):
        export(tmp_path / "site", target, SETTINGS, DAY)
    assert not target.exists()
