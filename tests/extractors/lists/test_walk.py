"""Lists within a list are followed one level down, within limits."""

import pytest

from extractors.lists.walk import WalkLimits, walk
from schemas.errors import SourceGone
from schemas.sources import Payload, SourceRef

INDEX = "https://a.example/sitemap.xml"


def index(*addresses: str) -> str:
    inner = "".join(f"<sitemap><loc>{one}</loc></sitemap>" for one in addresses)
    return f"<sitemapindex>{inner}</sitemapindex>"


def sitemap(*addresses: str) -> str:
    return f"<urlset>{''.join(f'<url><loc>{one}</loc></url>' for one in addresses)}</urlset>"


async def walked(known: dict[str, str], source: str = INDEX, **limits):
    """Walk lists that lie in a dictionary, in this process."""

    async def fetch_list(ref: SourceRef) -> Payload:
        if ref.source not in known:
            raise SourceGone(f"{ref.source} does not exist; check it", cause="page_missing")
        where = ref.source if ref.source.startswith("http") else None
        return Payload(data=known[ref.source].encode(), media_type="", url=where, final_url=where)

    async def compute(function, payload):
        return function(payload)

    return await walk(SourceRef(source=source), fetch_list, compute, WalkLimits(**limits))


async def test_an_index_is_followed_in_its_order():
    """Each source once, in the order of the lists."""
    found = await walked({
        INDEX: index("https://a.example/1.xml", "https://a.example/2.xml"),
        "https://a.example/1.xml": sitemap("https://a.example/b", "https://a.example/a"),
        "https://a.example/2.xml": sitemap("https://www.a.example/a/", "https://a.example/c"),
    })  # fmt: skip
    assert found.form == "sitemap"
    assert [one.url[-1] for one in found.candidates] == ["b", "a", "c"]
    assert list(found.missed) == []


async def test_what_cannot_be_had_is_missed_and_the_rest_is_read():
    """A missing list, a list two levels down, and a bad line are reported."""
    found = await walked({
        INDEX: index("https://a.example/gone.xml", "https://a.example/deep.xml", "https://a.example/1.xml"),
        "https://a.example/deep.xml": index("https://a.example/deeper.xml"),
        "https://a.example/1.xml": sitemap("https://a.example/a", "ftp://a.example/b"),
    })  # fmt: skip
    assert [one.url for one in found.candidates] == ["https://a.example/a"]
    assert len(found.missed) == 3
    assert "gone.xml does not exist" in found.missed[0]
    assert "1 further lists" in " ".join(found.missed)


async def test_the_first_list_is_not_forgiven():
    """Without it there is nothing."""
    with pytest.raises(SourceGone):
        await walked({})


async def test_limits_hold_and_are_reported():
    """On lists read and on sources named."""
    lists = {
        f"https://a.example/{n}.xml": sitemap(*(f"https://a.example/{n}/{m}" for m in range(5)))
        for n in range(12)
    }
    found = await walked({INDEX: index(*lists), **lists}, lists=10, candidates=20)
    assert len(found.candidates) == 20
    assert "2 further lists" in " ".join(found.missed)
    assert "more than the first 20" in " ".join(found.missed)


async def test_only_a_local_list_reads_files_beside_it(tmp_path):
    """A list that it leads to is fetched, and not trusted."""
    local = str(tmp_path / "feeds.opml")
    outline = '<opml><body><outline xmlUrl="https://a.example/list.txt"/></body></opml>'
    found = await walked(
        {local: outline, "https://a.example/list.txt": "https://a.example/1\nsecret.txt\n"}, local
    )
    assert [one.url for one in found.candidates] == ["https://a.example/1"]
    assert "only a local list" in found.missed[0]
    beside = await walked({str(tmp_path / "a.txt"): "talk.vtt\n"}, str(tmp_path / "a.txt"))
    assert beside.candidates[0].url == str(tmp_path / "talk.vtt")
