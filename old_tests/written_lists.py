"""A list of each form, and what is read in one."""

from casebook.extractors.links.reading import read_listing
from casebook.schemas.sources import Payload

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title>
<item><title>One &amp; two</title><link>/a?utm_source=rss</link>
<pubDate>Mon, 22 Jan 2024 10:00:00 GMT</pubDate></item>
<item><title>Again</title><link>https://blog.example.com/a</link></item>
<item><guid>no link</guid></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Two</title>
<link href="https://blog.example.com/b"/><updated>2024-02-03T00:00:00Z</updated></entry></feed>"""
SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> https://blog.example.com/c
</loc><lastmod>2024-03-04T05:06:07+00:00</lastmod></url><url><priority>1</priority></url></urlset>"""
OPML = """<opml version="2.0"><body><outline text="Blogs"><outline text="A"
xmlUrl="https://blog.example.com/feed"/><outline type="link" text="A story"
url="https://blog.example.com/d"/></outline></body></opml>"""
PAGE = """<!DOCTYPE html><html><body><nav><a href="/about">About</a></nav><p>
<a href="/e">The <b>e</b> story</a> <a href="#top">Top</a> <a href="mailto:x@y.z">Mail</a>
<a href="https://other.example/f">F</a></p><a href="http://[bad">Bad</a></body></html>"""
TABLE = """Title,URL,Date,Other\r
"Story, long",https://blog.example.com/g,2024-05-06,x\r
,https://blog.example.com/h,,\r
broken,nothing here,,\r
"""
TEXT = (
    "# ours\n- [A talk](https://blog.example.com/i), see (https://blog.example.com/j).\nftp://x/y\n"
)


def index(*addresses: str) -> str:
    """Return an index of these sitemaps."""
    inner = "".join(f"<sitemap><loc>{a}</loc></sitemap>" for a in addresses)
    return (
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</sitemapindex>'
    )


def listing(
    data: bytes | str,
    media_type: str = "application/octet-stream",
    name: str = "",
    charset: str | None = None,
):
    """Return what is read in a list that blog.example.com serves."""
    body = data.encode() if isinstance(data, str) else data
    base = "https://blog.example.com/list"
    return read_listing(
        Payload(
            data=body, media_type=media_type, name=name, charset=charset, url=base, final_url=base
        )
    )
