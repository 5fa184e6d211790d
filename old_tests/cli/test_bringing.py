"""``casebook bring``: one casebook's rows, files and paid answers stored in another."""

import shutil

import pages
import pytest
from postgres_server import PostgresServer

from casebook.schemas.generations import Generation
from casebook.warehouse import Warehouse
from casebook.warehouse.log import pieces
from casebook.warehouse.records import TABLES
from casebook.warehouse.sql import queries

READS = (("list", "--status", "approved"), ("failures",), ("costs", "--by", "source"))


@pytest.fixture
def here(tmp_path):
    """The home of the other casebook, a laptop's."""
    return tmp_path / "laptop"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where the first test keeps a copy of its laptop's home: making one takes longer."""
    return tmp_path_factory.mktemp("kept") / "home"


@pytest.fixture
def laptop(casebook, site, here, kept):
    """A casebook with an approved draft, a refused source, a failure and a watch."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}", "CASEBOOK_HOME": str(here)}
    site.expect_request("/cake").respond_with_data(pages.RECIPE, content_type="text/html")
    site.expect_request("/feed").respond_with_data(
        f"<rss version='2.0'><channel><title>t</title><item><title>Old</title>"
        f"<link>{site.url_for('/gone')}</link></item></channel></rss>",
        content_type="application/rss+xml",
    )
    if kept.exists():
        shutil.copytree(kept, here)
        return allowed
    addresses = "\n".join(map(site.url_for, ("/case", "/gone", "/cake")))
    ran = casebook("backfill", "-", "--json", stdin=addresses, **allowed)
    assert sorted(line["status"] for line in ran.lines) == ["draft", "failed", "not_a_case_study"]
    (case,) = casebook("list", "--json", **allowed).lines
    assert casebook("approve", case["case_id"], **allowed).code == 0
    assert casebook("watch", "add", site.url_for("/feed"), "--every", "6h", **allowed).code == 0
    shutil.copytree(here, kept)
    return allowed


@pytest.fixture
def ours(laptop, tmp_path):
    """Settings of the casebook that takes it all over."""
    return laptop | {"CASEBOOK_HOME": str(tmp_path / "ours")}


@pytest.fixture
def shared(request, ours, postgres: PostgresServer, tmp_path):
    """The same, with a lake."""
    lake = f"ducklake:postgres:{postgres.create(request.node.name)}"
    return ours | {"CASEBOOK_WAREHOUSE": lake, "CASEBOOK_DATA": str(tmp_path / "data")}


def rows_of(home):
    """All rows of a casebook that lies in a file."""
    warehouse = Warehouse(home / "warehouse.duckdb")
    rows = [row for _, piece in pieces(warehouse) for row in piece]
    warehouse.close()
    return rows


@pytest.mark.postgres
def test_all_that_a_casebook_holds_is_read_alike_where_it_was_brought(
    casebook, laptop, shared, here, endpoint, site
):
    """Cases, decisions, failures, verdicts, costs, batches and watches; nothing is asked again."""
    before = [casebook(*read, "--json", **laptop).out for read in READS]
    endpoint.requests.clear()
    (brought,) = casebook("bring", here, "--json", **shared).lines
    assert (brought["sources"], brought["files"], brought["known"]) == (3, 2, 0)
    assert [casebook(*read, "--json", **shared).out for read in READS] == before
    (case,) = casebook("list", "--status", "approved", "--json", **shared).lines
    assert casebook("show", case["case_id"], "--json", **shared).out == (
        casebook("show", case["case_id"], "--json", **laptop).out
    )
    assert casebook("submit", "-", stdin=site.url_for("/case"), **shared).code == 0
    assert casebook("extract", "--again", case["case_id"], **shared).code == 0
    assert endpoint.requests == []


def test_what_came_since_is_brought_by_the_same_command(
    casebook, laptop, ours, here, site, tmp_path
):
    """Rows that are there already are not stored again."""
    (first,) = casebook("bring", here, "--json", **ours).lines
    late = pages.CASE.replace("Kettlebrook", "Larkmoor")
    site.expect_request("/late").respond_with_data(late, content_type="text/html")
    assert casebook("submit", "-", stdin=site.url_for("/late"), **laptop).code == 0
    (second,) = casebook("bring", here, "--json", **ours).lines
    assert (second["known"], second["sources"]) == (first["rows"], 4)
    assert rows_of(tmp_path / "ours") == rows_of(here)
    (third,) = casebook("bring", here, "--json", **ours).lines
    assert (third["rows"], third["known"]) == (0, first["rows"] + second["rows"])


def test_texts_of_both_casebooks_are_compared(casebook, ours, here, site):
    """A copy that the other one holds is shown as such beside the case that was here before."""
    site.expect_request("/mirror").respond_with_data(pages.CASE, content_type="text/html")
    assert casebook("submit", "-", stdin=site.url_for("/mirror"), **ours).code == 0
    (mine,) = casebook("list", "--json", **ours).lines
    assert casebook("bring", here, **ours).code == 0
    (view,) = casebook("show", mine["case_id"], "--json", **ours).lines
    assert [twin["url"] for twin in view["near_copies"]] == [site.url_for("/case")]


def test_an_old_decision_does_not_overrule_a_newer_one_here(casebook, laptop, ours, here):
    """What was rejected here since it was approved there stays rejected; a newer one counts."""
    laptop_case = casebook("list", "--json", **laptop).lines[0]["case_id"]
    assert casebook("bring", here, **ours).code == 0
    assert casebook("reopen", laptop_case, **laptop).code == 0
    assert casebook("approve", laptop_case, **laptop).code == 0
    assert casebook("reject", laptop_case, "--reason", "invented", **ours).code == 0
    (brought,) = casebook("bring", here, "--json", **ours).lines
    (case,) = casebook("list", "--json", **ours).lines
    assert (brought["overruled"], case["status"]) == (2, "rejected")
    assert casebook("reopen", laptop_case, **laptop).code == 0
    (brought,) = casebook("bring", here, "--json", **ours).lines
    (case,) = casebook("list", "--json", **ours).lines
    assert (brought["overruled"], case["status"]) == (2, "draft")


def test_a_file_that_is_missing_is_named_and_the_rest_is_brought(casebook, ours, here, tmp_path):
    """With code 3; its case is there all the same."""
    kept = sorted((here / "snapshots").rglob("*"))
    next(path for path in kept if path.is_file()).unlink()
    ran = casebook("bring", here, **ours)
    assert (ran.code, ran.err.count("not brought")) == (3, 1)
    assert "with 1 fetched files" in ran.out
    assert rows_of(tmp_path / "ours") == rows_of(here)


def test_a_paid_answer_that_was_put_aside_is_brought(casebook, ours, here):
    """It is stored here, where its question finds it, and stays where it was."""
    generation = next(row for row in rows_of(here) if isinstance(row, Generation))
    late = generation.model_copy(update={"generation_id": "gen1_aaaaaaaaaaaaaaaa"})
    aside = here / "unstored" / f"{late.generation_id}.json"
    aside.parent.mkdir(exist_ok=True)
    aside.write_text(late.model_dump_json())
    aside.with_name("gen1_damaged.json").write_text("{")
    (brought,) = casebook("bring", here, "--json", **ours).lines
    assert (brought["answers"], aside.exists()) == (1, True)
    (again,) = casebook("bring", here, "--json", **ours).lines
    assert again["answers"] == 0


@pytest.mark.parametrize("wrong", ["nothing", "itself"])
def test_a_folder_that_holds_no_other_casebook_is_refused(casebook, laptop, here, tmp_path, wrong):
    """With code 2, and nothing is made in it."""
    ran = casebook("bring", here if wrong == "itself" else tmp_path / "nothing", **laptop)
    assert ran.code == 2
    assert ("is this casebook itself" if wrong == "itself" else "holds no casebook") in ran.err
    assert not (tmp_path / "nothing").exists()


@pytest.mark.usefixtures("laptop")
def test_pieces_hold_all_rows_in_their_order(here):
    """Whatever their size; each table but what is made from the others is among them."""
    whole, home = rows_of(here), Warehouse(here / "warehouse.duckdb")
    for size in (2, 7):
        assert [row for _, rows in pieces(home, size) for row in rows] == whole
    assert [share for share, _ in pieces(home)][-1] == 1.0
    home.close()
    statement = queries()["log_rows"]
    made_anew = {"sketches", "near_copies"}
    for table in TABLES.values():
        assert (f"FROM {table.name} " in statement) == (table.name not in made_anew)
