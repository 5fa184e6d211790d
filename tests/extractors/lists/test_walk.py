"""Lists within a list are followed one level down, within limits."""

import pytest

from extractors.lists.walk import walk
from schemas.errors import SourceGone
from schemas.sources import Payload, SourceRef

SITE = "https://a.example"
INDEX = f"{SITE}/sitemap.xml"


def index(*names: str) -> str:
    inner = "".join(f"<sitemap><loc>{SITE}/{one}.xml</loc></sitemap>" for one in names)
    return f"<sitemapindex>{inner}</sitemapindex>"


def sitemap(*names: str) -> str:
    return f"<urlset>{''.join(f'<url><loc>{SITE}/{one}</loc></url>' for one in names)}</urlset>"


async def walked(known: dict[str, str], source: str = INDEX):
    """Walk lists that lie in a dictionary, in this process."""

    async def fetch_list(ref: SourceRef) -> Payload:
        if ref.source not in known:
            raise SourceGone(f"{ref.source} does not exist; check it", cause="page_missing")
        where = ref.source if ref.source.startswith("http") else None
        return Payload(data=known[ref.source].encode(), media_type="", url=where, final_url=where)

    async def compute(function, payload):
        return function(payload)

    return await walk(SourceRef(source=source), fetch_list, compute)


async def test_an_index_is_followed_in_its_order_as_far_as_it_goes():
    """Each source is listed once; missing lists and lists two levels down are reported."""
    found = await walked({
        INDEX: index("gone", "deep", "1", "2"),
        f"{SITE}/deep.xml": index("deeper"),
        f"{SITE}/1.xml": sitemap("b", "a"),
        f"{SITE}/2.xml": sitemap("a/", "c"),
    })  # fmt: skip
    assert found.form == "sitemap"
    assert [one.url.rstrip("/")[-1] for one in found.candidates] == ["b", "a", "c"]
    assert len(found.missed) == 2
    assert "gone.xml does not exist" in found.missed[0]
    assert "1 further lists" in found.missed[1]


async def test_the_first_list_is_not_forgiven():
    """If the first list cannot be read, an error is raised."""
    with pytest.raises(SourceGone):
        await walked({})


async def test_limits_hold_and_are_reported(monkeypatch):
    """Covers the limits on lists read and on sources listed."""
    lists = {f"{SITE}/{n}.xml": sitemap(*(f"{n}/{m}" for m in range(5))) for n in range(12)}
    monkeypatch.setattr("extractors.lists.walk._MOST_LISTS", 10)
    monkeypatch.setattr("extractors.lists.walk._MOST_SOURCES", 20)
    found = await walked({INDEX: index(*map(str, range(12))), **lists})
    assert len(found.candidates) == 20
    assert "2 further lists" in " ".join(found.missed)
    assert "more than the first 20" in " ".join(found.missed)


async def test_only_a_local_list_reads_files_beside_it(tmp_path):
    """A list that it links to is fetched, and not trusted to name files."""
    local, there = str(tmp_path / "feeds.opml"), f"{SITE}/list.txt"
    outline = f'<opml><body><outline xmlUrl="{there}"/></body></opml>'
    found = await walked({local: outline, there: f"{SITE}/1\nsecret.txt\n"}, local)
    assert [one.url for one in found.candidates] == [f"{SITE}/1"]
    assert "only in local lists" in found.missed[0]
    beside = await walked({str(tmp_path / "a.txt"): "talk.vtt\n"}, str(tmp_path / "a.txt"))
    assert beside.candidates[0].url == str(tmp_path / "talk.vtt")
