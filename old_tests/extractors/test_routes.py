import pytest

from casebook.extractors.copies import original_of
from casebook.extractors.gathering.routes import ways_to
from casebook.extractors.registry import extract
from casebook.extractors.sites import canonical_url, landing_of, playlist_id
from casebook.extractors.urls import parse_web_url
from casebook.schemas import errors
from casebook.schemas.sources import SourceKind

COPIES = {
    "https://web.archive.org/web/20200102030405/https://a.example/p?x=1": "https://a.example/p?x=1",
    "https://web.archive.org/web/20200102030405id_/http://a.example/": "http://a.example/",
    "https://web.archive.org/web/2020*/a.example/p": "http://a.example/p",
    "https://web.archive.org/web/2020/https:/a.example/p": "https://a.example/p",
    "https://archive.ph/20200102/https://a.example/p": "https://a.example/p",
    "https://archive.today/newest/https://a.example/p": "https://a.example/p",
    "https://webcache.googleusercontent.com/search?q=cache:AbCdEf_12345:https://a.example/p+words":
    "https://a.example/p",
    "https://webcache.googleusercontent.com/search?q=cache:a.example/p": "http://a.example/p",
    "https://a-example.cdn.ampproject.org/c/s/a.example/p": "https://a.example/p",
    "https://www.google.com/amp/s/a.example/p": "https://a.example/p",
    "https://web.archive.org/web/2020/https://www.google.com/amp/s/a.example/p":
    "https://a.example/p",
}  # fmt: skip
NO_COPIES = [
    "https://web.archive.org/",
    "https://web.archive.org/web/2020/",
    "https://web.archive.org/web/2020/ftp://a.example/p",
    "https://web.archive.org/web/search?q=https%3A%2F%2Fa.example%2Fp",
    "https://archive.ph/AbC12",
    "https://webcache.googleusercontent.com/search?q=words",
    "https://a.example/web/2020/https://b.example/p",
]


@pytest.mark.parametrize(("copy", "original"), COPIES.items())
def test_a_copy_is_its_original(copy, original):
    """Archives and caches are seen through, one inside the other as well."""
    assert str(original_of(parse_web_url(copy))) == original
    assert canonical_url(copy) == canonical_url(original)


@pytest.mark.parametrize("address", NO_COPIES)
def test_other_addresses_are_themselves(address):
    """Nothing that merely looks like a copy is rewritten."""
    url = parse_web_url(address)
    assert original_of(url) == url


@pytest.mark.parametrize(
    ("address", "ways"),
    [
        ("https://github.com/o/r", [f"raw.githubusercontent.com/o/r/HEAD/{n}" for n in
         ("README.md", "readme.md", "README.rst", "README.txt", "README")] + ["github.com/o/r"]),
        ("https://github.com/o/r/blob/main/docs/a.md",
         ["raw.githubusercontent.com/o/r/main/docs/a.md", "github.com/o/r/blob/main/docs/a.md"]),
        ("https://github.com/o/r/blob/main/a.py", ["github.com/o/r/blob/main/a.py"]),
        ("https://github.com/o/r/issues/3", ["github.com/o/r/issues/3"]),
        ("https://github.com/features/actions", ["github.com/features/actions"]),
        ("https://huggingface.co/datasets/o/r/blob/main/README.md",
         ["huggingface.co/datasets/o/r/raw/main/README.md",
          "huggingface.co/datasets/o/r/blob/main/README.md"]),
        ("https://gitlab.com/g/sub/p/-/blob/main/docs/a.md?ref_type=heads",
         ["gitlab.com/g/sub/p/-/raw/main/docs/a.md?ref_type=heads",
          "gitlab.com/g/sub/p/-/blob/main/docs/a.md?ref_type=heads"]),
        ("https://git.a.example/g/p/-/raw/v1/README",
         ["git.a.example/g/p/-/raw/v1/README", "git.a.example/g/p/-/blob/v1/README"]),
        ("https://bitbucket.org/w/r/src/main/notes.txt",
         ["bitbucket.org/w/r/raw/main/notes.txt", "bitbucket.org/w/r/src/main/notes.txt"]),
        ("https://codeberg.org/o/r/src/branch/main/a.pdf",
         ["codeberg.org/o/r/raw/branch/main/a.pdf", "codeberg.org/o/r/src/branch/main/a.pdf"]),
        ("https://git.a.example/o/r/src/tag/v1/a.rst",
         ["git.a.example/o/r/raw/tag/v1/a.rst", "git.a.example/o/r/src/tag/v1/a.rst"]),
        ("https://gitlab.com/g/p/-/blob/main/a.py", ["gitlab.com/g/p/-/blob/main/a.py"]),
        ("https://gitlab.com/g/p/-/raw/main/a.py", ["gitlab.com/g/p/-/raw/main/a.py"]),
        ("https://a.example/en/press/media/tag/AI/2026?p=2",
         ["a.example/en/press/media/tag/AI/2026?p=2"]),
        ("https://a.example/en/bank/media/branch/oslo/story",
         ["a.example/en/bank/raw/branch/oslo/story", "a.example/en/bank/src/branch/oslo/story",
          "a.example/en/bank/media/branch/oslo/story"]),
        ("https://docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/preview?tab=t.0",
         ["docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/export?format=html",
          "docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/edit",
          "docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/preview?tab=t.0"]),
        ("https://docs.google.com/presentation/d/1A-bC_dEfGhIjKlMnOp/edit",
         ["docs.google.com/presentation/d/1A-bC_dEfGhIjKlMnOp/export/pdf",
          "docs.google.com/presentation/d/1A-bC_dEfGhIjKlMnOp/edit"]),
        ("https://docs.google.com/document/d/e/2PACX-1vQabcdefgh/pub",
         ["docs.google.com/document/d/e/2PACX-1vQabcdefgh/pub"]),
        ("https://gitlab.com/g/p/-/issues/3", ["gitlab.com/g/p/-/issues/3"]),
        ("https://a.example/w/r/src/main/notes.txt", ["a.example/w/r/src/main/notes.txt"]),
        ("https://a.example/src/branch/main/a.md", ["a.example/src/branch/main/a.md"]),
        ("https://gist.github.com/o/0123456789abcdef0123",
         ["gist.github.com/o/0123456789abcdef0123"]),
        ("https://a.example/p", ["a.example/p"]),
    ],
)  # fmt: skip
def test_ways_to_a_page(address, ways):
    """A README or text file is read raw first, the page itself last."""
    found = ways_to(parse_web_url(address))
    assert [str(way.fetch).removeprefix("https://") for way in found] == ways


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://youtube.com/playlist?list=PL1", "PL1"),
        ("https://youtube.com/@somebody", "@somebody"),
        ("https://youtube.com/watch?v=dQw4w9WgXcQ&list=PL1", None),
        ("https://a.example/playlist?list=PL1", None),
        ("https://youtube.com/", None),
    ],
)
def test_playlists_are_known(address, known):
    """Playlists and channels are told from videos and other sites' pages."""
    assert playlist_id(parse_web_url(address)) == known


def test_a_landing_page_and_its_pdf_are_one_source():
    """So a paper submitted by either address is known."""
    pairs = [
        ("https://aclanthology.org/P19-1001/", "http://www.aclanthology.org/P19-1001.pdf"),
        ("https://openreview.net/pdf?id=abcDEF12_x", "https://openreview.net/forum?id=abcDEF12_x"),
    ]
    for one, other in pairs:
        assert canonical_url(one) == canonical_url(other)
    assert landing_of(parse_web_url("https://openreview.net/forum?id=../x")) is None


README = b"# Rag at work\n\nWe built a search over our manuals and it answers in two seconds.\n"


async def test_a_readme_is_read_raw_and_shown_on_its_page(sites, gathered):
    """The text is Markdown, the link the repository's, the path is told."""
    sites.tell("raw.githubusercontent.com/o/r/HEAD/readme.md", README, "text/plain")
    payload = await gathered("https://github.com/o/r")
    document = extract(payload)
    assert payload.final_url == "https://github.com/o/r"
    assert (document.kind, document.title) == (SourceKind.MARKDOWN, "Rag at work")
    assert [(s.method, s.outcome) for s in document.extraction[:2]] == [
        ("raw README.md", "failed: page_missing"),
        ("raw readme.md", "read from https://raw.githubusercontent.com/o/r/HEAD/readme.md"),
    ]


BLOB = "https://blog.example.com/g/p/-/blob/main/docs/rag.md"


async def test_a_file_on_a_forge_is_read_raw(sites, gathered):
    """The Markdown is read, the page around it is shown."""
    sites.tell("blog.example.com/g/p/-/raw/main/docs/rag.md", README, "text/plain")
    payload = await gathered(BLOB)
    assert payload.final_url == BLOB
    assert extract(payload).kind is SourceKind.MARKDOWN


@pytest.mark.parametrize("given", [BLOB, BLOB.replace("/-/blob/", "/-/raw/")])
async def test_a_raw_address_that_robots_forbid_leaves_the_page_around_it(sites, gathered, given):
    """GitLab's robots.txt closes "raw" and not "blob": what is open is read, and said."""
    sites.tell("blog.example.com/robots.txt", "User-agent: *\nDisallow: /*/raw\n")
    sites.tell(BLOB.removeprefix("https://"), PAGE)
    payload = await gathered(given)
    assert payload.final_url == BLOB
    assert payload.tried[0].outcome == "failed: robots_forbid"
    assert not [asked for asked in sites.addresses if "/raw/" in asked]


PAGE = "<html><body><article><h1>Story</h1><p>" + "We run it every day. " * 40 + "</p></article>"
COPY = "https://web.archive.org/web/2020/https://blog.example.com/story"


async def test_the_original_of_a_copy_is_preferred(sites, gathered):
    """Where the original is up, it is read and linked; the archive is not asked."""
    sites.tell("blog.example.com/story", PAGE)
    payload = await gathered(COPY)
    assert payload.final_url == "https://blog.example.com/story"
    assert sites.addresses == ["blog.example.com/story"]
    assert payload.tried[0].method == "original of the copy"


async def test_a_copy_stands_in_for_what_is_gone(sites, gathered):
    """The copy is read without the archive's frame, and linked as it was given."""
    sites.tell("web.archive.org/web/2020id_/https://blog.example.com/story", PAGE)
    payload = await gathered(COPY)
    assert payload.final_url == COPY
    assert payload.tried[0].outcome == "failed: page_missing"


async def test_a_copy_does_not_get_round_a_robots_txt(sites, gathered):
    """A page that asks programs to leave it alone is not read from an archive instead."""
    sites.tell("blog.example.com/robots.txt", "User-agent: *\nDisallow: /\n")
    with pytest.raises(errors.RobotsForbid):
        await gathered(COPY)


async def test_an_outage_of_every_way_may_pass(sites, gathered):
    """If one way failed for now, the whole may be tried again."""
    sites.tell("blog.example.com/story", "", status=503)
    with pytest.raises(errors.ServerFailed):
        await gathered(COPY)


async def test_a_server_cannot_forge_a_bundle(sites, gathered):
    """Our own media types are ours; a page that claims one is unknown bytes."""
    sites.tell("blog.example.com/x", '{"parts": []}', "application/vnd.casebook.youtube+json")
    payload = await gathered("https://blog.example.com/x")
    with pytest.raises(errors.KindUnsupported):
        extract(payload)
