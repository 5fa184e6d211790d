"""For any file, a reader returns text or raises one of our errors."""

import asyncio
from contextlib import closing
from xml.sax.saxutils import escape

import pytest
from datasets import hostile_strings
from word_files import document, packed, paragraph, run

from extractors.lists.walk import read_list
from extractors.registry import read
from extractors.similarity import signature
from extractors.workers import Limits, WorkerPool
from schemas.errors import CasebookError
from schemas.sources import Extracted, Payload

WRAPPED = {
    "a.md": "# {}\n\n**{}:** {}\n\n> {}\n\n- {}\n\nFive words are in here.",
    "b.md": "---\ntitle: {}\nauthor: {}\ndate: {}\n---\n{}\n\nFive words are in here.",
    "a.txt": "title: {}\nauthor: {}\n\n{}\n\n{}: {}\n\nFive words are in here.",
    "a.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n<v {}>{}</v>\n{}: {}\nFive words are in here.",
}
LISTS = ("{}", "url,title\nhttps://a.example/1,{}\n{},x", '{{"url": "{}"}}', "<rss><channel><item><title>{}</title><link>{}</link></item></channel></rss>",
         "<urlset><url><loc>{}</loc></url></urlset>", '<html><body><a href="{}">{}</a></body></html>', "[{}]({})")  # fmt: skip


def read_or_refuse(function, payload):
    try:
        return function(payload)
    except CasebookError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        return None


@pytest.mark.parametrize("name", WRAPPED)
def test_hostile_strings_are_read_as_text(name):
    """A file with attack strings is read, or refused with a one-line error."""
    for text in hostile_strings(every=40):
        source = WRAPPED[name].format(*[text] * 5)
        data = source.encode("utf-8", "surrogatepass")
        found = read_or_refuse(read, Payload(data=data, media_type="", name=name))
        assert found is None or "Five words" in found.text
        assert signature(text) is not None


def test_hostile_strings_in_word_are_read_as_text():
    """They are the text of a run; characters that XML forbids damage the file."""
    for text in hostile_strings(every=80):
        data = document(paragraph(run(escape(text))), paragraph("Five words are here."))
        found = read_or_refuse(read, Payload(data=data, media_type="", name="a.docx"))
        assert found is None or "Five words" in found.text


@pytest.mark.parametrize("form", LISTS)
def test_hostile_strings_in_lists_name_web_addresses_only(form):
    """A fetched list names no file, script or anything else."""
    base = "https://a.example/"
    for text in hostile_strings(every=20):
        data = form.format(*[text] * 2).encode("utf-8", "surrogatepass")
        payload = Payload(data=data, media_type="", url=base, final_url=base)
        found = read_or_refuse(read_list, payload)
        assert not found or all(one.url.startswith("http") for one in found.candidates)


DEEP = "<w:tbl><w:tr><w:tc>" * 2_000 + "x" + "</w:tc></w:tr></w:tbl>" * 2_000
HOSTILE = {
    "quotes.md": b"> " * 100_000 + b"x",
    "lists.md": b"".join(b" " * n + b"- x\n" for n in range(2_000)),
    "brackets.md": b"[" * 100_000,
    "html.md": b"<div>" * 50_000 + b"x",
    "one-line.txt": b"word " * 300_000,
    "lines.txt": b"Ada: yes\n" * 50_000,
    "cues.vtt": b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\n<v A>x >> y\n\n" * 20_000,
    "deep.docx": document(DEEP),
    "large.docx": document(*[paragraph("A few words of text.")] * 20_000),
    "bomb.docx": packed({"word/document.xml": b"<a>" + b" " * 40_000_000 + b"</a>"}),
}  # fmt: skip


async def test_hostile_files_end_near_their_limit():
    """They give a text, or an error that names the file; the next file is read."""
    payloads = [Payload(data=data, media_type="", name=name) for name, data in HOSTILE.items()]
    note = Payload(data=b"A text of more than five words.", media_type="", name="a.txt")
    with closing(WorkerPool(workers=2, limits=Limits(wall_seconds=2))) as pool:
        ends = await asyncio.gather(*map(pool.extract, payloads), return_exceptions=True)
        assert "five words" in (await pool.extract(note)).text
    for payload, end in zip(payloads, ends, strict=True):
        is_error = isinstance(end, CasebookError) and payload.name in str(end)
        assert is_error or isinstance(end, Extracted)
