"""A page as a blog would serve it, and how tests read one."""

from extractors.web import reader
from schemas.sources import Extracted, Payload

URL = "https://harbour.example/posts/routing?x=1"
PARAGRAPH = (
    "The team routed tickets with a small model and measured every week how many of them came "
    "back, which of the answers were wrong, and what it cost to read them all again."
)
PAGE = f"""<!doctype html><html lang="en"><head>
<title>Routing tickets with a small model | Harbour Blog</title>
<meta property="og:site_name" content="Harbour Blog">
<meta name="description" content="How two people moved a queue to a small model.">
<meta name="author" content="Ada Example">
<meta property="article:published_time" content="2025-03-14T09:00:00Z">
<link rel="canonical" href="/posts/routing">
</head><body><nav><a href="/login">Log in</a> <a href="/">Home</a></nav><main><article>
<h1>Routing tickets with a small model</h1><p>{PARAGRAPH} It took two people.</p>
<h2>What broke</h2><p>{PARAGRAPH} Then the queue stalled for an hour.</p>
<ul><li>Retries piled up without a limit.</li><li>The alert came late.</li></ul>
<table><tr><th>Week</th><th>Share</th></tr><tr><td>1</td><td>61</td></tr></table>
<pre><code>def route(ticket):
    return model(ticket)
</code></pre>
</article></main><footer>Imprint and privacy</footer></body></html>"""


def read(page: str | bytes, url: str | None = URL, *, is_file: bool = False) -> Extracted:
    """Read a page as a server sends it, or as a file on disk."""
    data = page.encode("utf-8", "replace") if isinstance(page, str) else page
    headers = {} if is_file else {"content-type": "text/html"}
    payload = Payload(
        data=data, media_type="text/html", url=url, final_url=url, headers=headers, name="a.html"
    )
    return reader.read(payload)
