"""Commands over a lake whose files lie in a bucket."""

from collections.abc import Iterator, Mapping

import bucket_server
import pages
import pytest
from postgres_server import PostgresServer
from scripted_endpoint import ScriptedEndpoint


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket's address; its server and keys are in the environment."""
    with bucket_server.bucket("cases") as address:
        yield address


@pytest.fixture
def shared(bucket: str, postgres: PostgresServer, request: pytest.FixtureRequest) -> Mapping:
    """Settings of a lake of its own, in a bucket that is there."""
    catalogue = postgres.create(request.node.name)
    return {"CASEBOOK_WAREHOUSE": f"ducklake:postgres:{catalogue}", "CASEBOOK_DATA": f"{bucket}/c"}


def test_a_bucket_that_is_not_there_is_told_before_anything_is_asked(
    shared, casebook, tmp_path, endpoint: ScriptedEndpoint
):
    """By ``doctor``, and by what would write, with the bucket's name; corrected, all goes on."""
    slip = shared | {"CASEBOOK_DATA": "s3://case/c"}
    page, listed = tmp_path / "case.html", tmp_path / "list.txt"
    page.write_text(pages.CASE)
    listed.write_text("https://a.example/1\n")
    told = {line["name"]: line for line in casebook("doctor", "--json", **slip).lines}
    assert told["data"]["state"] == told["warehouse"]["state"] == "bad"
    assert "there is no bucket 'case'. Make the bucket" in told["data"]["detail"]
    endpoint.requests.clear()
    for command in (("submit", page), ("backfill", listed)):
        ran = casebook(*command, **slip)
        assert (ran.code, "there is no bucket 'case'." in ran.err) == (4, True)
        assert "Traceback" not in ran.err
    assert endpoint.requests == []
    told = {line["name"]: line for line in casebook("doctor", "--json", **shared).lines}
    assert told["data"] == {"name": "data", "state": "ok", "detail": "s3://cases/c", "exit_code": 0}
    assert [line["status"] for line in casebook("submit", page, "--json", **shared).lines] == [
        "draft"
    ]
