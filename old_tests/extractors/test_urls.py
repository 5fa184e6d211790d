import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.extractors.sites import canonical_url, former_urls, kind_of_url
from casebook.extractors.urls import is_web_address, parse_web_url
from casebook.schemas.errors import InvalidUrl
from casebook.schemas.sources import SourceKind

READ = {
    "https://example.com": "https://example.com/",
    "  HTTPS://Example.COM:443/a?b#c ": "https://example.com/a?b",
    "http://example.com.:80/": "http://example.com/",
    "http://example.com:8080/x": "http://example.com:8080/x",
    "https://example.com:80/": "https://example.com:80/",
    "https://example.com:/": "https://example.com/",
    "http://a.example/b/../../c/./d/%2E%2e/e": "http://a.example/c/e",
    "http://a.example/b/..": "http://a.example/",
    "http://a.example/a b/é?ü=ß x": "http://a.example/a%20b/%C3%A9?%C3%BC=%C3%9F%20x",
    "http://a.example/?q=a\\b": "http://a.example/?q=a\\b",
    "http://foo_bar.example/": "http://foo_bar.example/",
    "http://bücher.example/": "http://xn--bcher-kva.example/",
    "http://faß.example/": "http://xn--fa-hia.example/",
    "http://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ": "http://example.com/",
    "http://ｅｘａｍｐｌｅ。com/": "http://example.com/",
    "http://ex\u00adample.com/": "http://example.com/",
    "http://１２７.０.０.１/": "http://127.0.0.1/",
    "http://0/": "http://0.0.0.0/",
    "http://127.1/": "http://127.0.0.1/",
    "http://127.0.0.1./": "http://127.0.0.1/",
    "http://0177.0.0.1/": "http://127.0.0.1/",
    "http://0x7f.0x1/": "http://127.0.0.1/",
    "http://0X7F000001/": "http://127.0.0.1/",
    "http://2130706433/": "http://127.0.0.1/",
    "http://[::FFFF:127.0.0.1]:8080/": "http://[::ffff:7f00:1]:8080/",
    "http://1.example/": "http://1.example/",
}

REFUSED = {
    "": "http:// and https://",
    "example.com": "http:// and https://",
    "ftp://example.com/": "http:// and https://",
    "javascript:alert(1)": "http:// and https://",
    "http:///path": "no host",
    "http:example.com": "no host",
    "http://:80/": "no host",
    "http://a:b:c/": "no host",
    "http://user@example.com/": "user name or password",
    "http://user:secret@example.com/": "user name or password",
    "http://example.com@127.0.0.1/": "user name or password",
    "http://example.com:99999/": "port 99999",
    "http://example.com:0/": "port 0",
    "http://example.com:８０/": "no host",
    "http://example.com\\@127.0.0.1/": "backslash",
    "http:\\\\127.0.0.1/": "backslash",
    "http://exa\tmple.com/": "control character",
    "http://example.com/\r\nHost: evil": "control character",
    "http://example.com/\x00": "control character",
    "http://exa mple.com/": "no host name that can exist",
    "http://%31%32%37.0.0.1/": "no host name that can exist",
    "http://a..example/": "no host name that can exist",
    f"http://{'a' * 64}.example/": "no host name that can exist",
    f"http://{'a.' * 130}example/": "no host name that can exist",
    "http://☃.example/": "xn--",
    "http://a℀b.example/": "not a web address",
    "http://o177.0.0.1/": "no IPv4 address",
    "http://0o177.0.0.1/": "no IPv4 address",
    "http://1.2.3.4.5/": "no IPv4 address",
    "http://4294967296/": "no IPv4 address",
    "http://[::1/": "not a web address",
    "http://[::1%25eth0]/": "zone",
    "http://[v1.x]/": "not a web address|no IPv6",
    f"http://example.com/{'a' * 9000}": "longer than",
}

CANONICAL = {
    "http://www.Example.com:80/a/../b/%7Ejoe/?utm_source=x&b=2&a=1&fbclid=3#part": (
        "https://example.com/b/~joe?a=1&b=2"
    ),
    "https://example.com/": "https://example.com",
    "https://example.com/?p=7": "https://example.com?p=7",
    "https://example.com/%e2%82%ac/": "https://example.com/%E2%82%AC",
    "http://wiki.corp:8080/Page/": "http://wiki.corp:8080/Page",
    "https://www/": "https://www",
    "https://example.com/talk?session=12&ref=hn": "https://example.com/talk?session=12",
    "https://example.com/?gallery=4&reference=9&uid=3": (
        "https://example.com?gallery=4&reference=9&uid=3"
    ),
    "https://example.com/?id=&q=%ff": "https://example.com?id=&q=%FF",
    "https://example.com/?b=2&b=1": "https://example.com?b=2&b=1",
    "https://example.com/p?_hsenc=1&mc_cid=2&gclid=3&amp=1": "https://example.com/p",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s&list=PL1": (
        "https://youtube.com/watch?v=dQw4w9WgXcQ"
    ),
    "https://docs.google.com/document/d/1AbC/edit?usp=sharing&ouid=1#heading=h.2": (
        "https://docs.google.com/document/d/1AbC/edit"
    ),
    "https://medium.com/u/0123456789ab": "https://medium.com/u/0123456789ab",
    "https://medium.com/@a/list/reading-0123456789ab": (
        "https://medium.com/@a/list/reading-0123456789ab"
    ),
    "https://example.com/docs/install-0123456789ab": "https://example.com/docs/install-0123456789ab",
    "https://docs.google.com/document/d/e/2PACX-1vQabcdefgh/pub": (
        "https://docs.google.com/document/d/e/2PACX-1vQabcdefgh/pub"
    ),
    "https://www.notion.so/team/Page-0123?pvs=4": "https://notion.so/team/Page-0123",
    "https://youtu.be/dQw4w9WgXcQ?si=abc": "https://youtube.com/watch?v=dQw4w9WgXcQ",
    "https://m.youtube.com/shorts/dQw4w9WgXcQ": "https://youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ": "https://youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com/playlist?list=PL1": "https://youtube.com/playlist?list=PL1",
    "https://arxiv.org/abs/2401.12345v3": "https://arxiv.org/abs/2401.12345",
    "https://arxiv.org/pdf/2401.12345v1.pdf": "https://arxiv.org/abs/2401.12345",
    "http://www.arxiv.org/html/2401.12345": "https://arxiv.org/abs/2401.12345",
    "https://export.arxiv.org/pdf/hep-th/9901001v2": "https://arxiv.org/abs/hep-th/9901001",
    "https://arxiv.org/list/cs.SE/recent": "https://arxiv.org/list/cs.SE/recent",
    "https://en.m.wikipedia.org/wiki/DuckDB": "https://en.wikipedia.org/wiki/DuckDB",
    "https://www.google.com/amp/s/blog.example/post/": "https://blog.example/post",
    "https://blog-example.cdn.ampproject.org/c/s/blog.example/post?id=2": (
        "https://blog.example/post?id=2"
    ),
    "https://web.archive.org/web/2025/https://www.x.example/": "https://x.example",
    "https://m.example.com/post": "https://example.com/post",
    "https://mobile.news.example.com/post": "https://news.example.com/post",
    "https://amp.example.co.uk/post": "https://example.co.uk/post",
    "https://www.m.example.com/post": "https://example.com/post",
    "https://m.co.uk/post": "https://m.co.uk/post",
    "https://amp.dev/about": "https://amp.dev/about",
    "https://m.x/post": "https://m.x/post",
    "https://example.com/2025/post/amp/": "https://example.com/2025/post",
    "https://example.com/amp/2025/post": "https://example.com/2025/post",
    "https://example.com/amp/post/amp": "https://example.com/post",
    "https://example.com/amp": "https://example.com/amp",
    "https://example.com/guitars/amps": "https://example.com/guitars/amps",
    "https://example.com/glossary/AMP": "https://example.com/glossary/AMP",
    "https://github.com/Owner/amp": "https://github.com/owner/amp",
    "https://raw.githubusercontent.com/amp/amp/o.git": "https://github.com/amp/amp/blob/o.git",
    "https://en.wikipedia.org/wiki/amp/": "https://en.wikipedia.org/wiki/amp",
    "https://example.com/post.amp.html": "https://example.com/post.html",
    "https://example.com/post.amp": "https://example.com/post",
    "https://example.com/post?outputType=amp&page=2": "https://example.com/post?page=2",
    "https://www.google.co.uk/amp/s/www.example.com/post/amp": "https://example.com/post",
    "https://www-example-com.cdn.ampproject.org/v/s/www.example.com/post?amp_js_v=0.1&usqp=x": (
        "https://example.com/post"
    ),
    "https://example-com.bing-amp.com/c/s/example.com/post": "https://example.com/post",
    "https://ar5iv.org/abs/2401.12345": "https://arxiv.org/abs/2401.12345",
    "https://ar5iv.labs.arxiv.org/html/2401.12345v2": "https://arxiv.org/abs/2401.12345",
    "https://blog.example.com/p?gi=1a2b&ttclid=1&li_fat_id=2&srsltid=3&spm=4": (
        "https://blog.example.com/p"
    ),
    "https://app.example.com/#!/post/1/": "https://app.example.com#!/post/1",
    "https://app.example.com/#/post/2": "https://app.example.com#/post/2",
    "https://app.example.com/#!post/3": "https://app.example.com#!post/3",
    "https://example.com/p#/": "https://example.com/p",
    "https://example.com/p#!": "https://example.com/p",
    "https://example.com/p#:~:text=word": "https://example.com/p",
    "https://www.youtube.com/embed/videoseries?list=PL1": (
        "https://youtube.com/embed/videoseries?list=PL1"
    ),
    "https://www.youtube.com/watch/dQw4w9WgXcQ": "https://youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com/attribution_link?a=1&u=%2Fwatch%3Fv%3DdQw4w9WgXcQ%26feature%3Dem": (
        "https://youtube.com/watch?v=dQw4w9WgXcQ"
    ),
    "https://www.google.com/url?q=https://example.com/a&sa=D": "https://example.com/a",
    "https://arxiv.org/abs/arXiv:2401.12345V2": "https://arxiv.org/abs/2401.12345",
    "https://arxiv.org/e-print/2401.12345v1": "https://arxiv.org/abs/2401.12345",
    "http://de.arxiv.org/abs/2401.12345": "https://arxiv.org/abs/2401.12345",
    "https://doi.org/10.48550/arXiv.2401.12345": "https://arxiv.org/abs/2401.12345",
    "https://www.aclweb.org/anthology/P19-1001.pdf": "https://aclanthology.org/P19-1001",
    "https://aclanthology.org/2023.acl-long.1v2.pdf": "https://aclanthology.org/2023.acl-long.1",
    "https://openreview.net/attachment?id=abcDEF123&name=pdf": (
        "https://openreview.net/forum?id=abcDEF123"
    ),
    "http://archive.org/web/20200101/http://example.com/a": "https://example.com/a",
    "https://github.com/a/b.git": "https://github.com/a/b",
    "https://github.com/a/b/raw/main/docs/x.md": "https://github.com/a/b/blob/main/docs/x.md",
    "https://raw.githubusercontent.com/a/b/refs/heads/main/x.md": (
        "https://github.com/a/b/blob/main/x.md"
    ),
    "https://a.blogspot.com/2020/01/x.html?m=1": "https://a.blogspot.com/2020/01/x.html",
    "https://example.com/a;jsessionid=1F?PHPSESSID=2": "https://example.com/a",
    "https://example.com/p?_branch_match_id=1&hsLang=en&_gl=2&wt_mc=3&trk_x=4": (
        "https://example.com/p"
    ),
    "https://example.com/p?git=1&spmx=2&smid5=3": "https://example.com/p?git=1&smid5=3&spmx=2",
}


VIDEO = "https://youtube.com/watch?v=dQw4w9WgXcQ"
PAPER = "https://arxiv.org/abs/2310.06825"
FILE = "https://github.com/o/r/blob/main/README.md"
POST = "https://example.com/blog/llm"

# Addresses of one page as mail programs, readers, archives and sites hand them out.
SAME = {
    VIDEO: """
        https://www.youtube.com/watch?list=PL123&v=dQw4w9WgXcQ&index=2 https://youtu.be/dQw4w9WgXcQ/
        https://gaming.youtube.com/watch?v=dQw4w9WgXcQ https://www.youtube.com//watch?v=dQw4w9WgXcQ
        https://www.youtube.com/?v=dQw4w9WgXcQ https://youtu.be/watch?v=dQw4w9WgXcQ
        https://www.youtube.com/watch_popup?v=dQw4w9WgXcQ https://youtube.com/e/dQw4w9WgXcQ
        https://youtube.com/watch?v=dQw4w9WgXcQ%26t=10 https://music.youtube.com/watch?v=dQw4w9WgXcQ
        https://consent.youtube.com/m?continue=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ&gl=DE
        https://www.youtube.com/oembed?url=https%3A//youtu.be/dQw4w9WgXcQ&format=json
        https://www.youtube.com/redirect?q=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ
        https://web.archive.org/web/2020/https://www.youtube.com/watch?v=dQw4w9WgXcQ
    """,
    PAPER: """
        https://browse.arxiv.org/html/2310.06825v1 https://alphaxiv.org/abs/2310.06825v2
        https://www.doi.org/10.48550/arXiv.2310.06825 https://lanl.arxiv.org/abs/2310.06825
        https://arxiv.org/html/2310.06825v1/index.html https://huggingface.co/papers/2310.06825
        https://arxiv.org/abs/2310.06825?context=cs.CL https://arxiv.org/pdf/2310.06825v1#page=3
        https://arxiv.org/bibtex/2310.06825 https://arxiv.org//abs/2310.06825 https://hf.co/papers/2310.06825
        https://huggingface.co/papers/2310.06825.md https://www.alphaxiv.org/de/overview/2310.06825
        https://api.semanticscholar.org/arXiv:2310.06825 https://scirate.com/arxiv/2310.06825
    """,
    "https://arxiv.org/abs/hep-th/9901001": """
        http://xxx.lanl.gov/abs/hep-th/9901001v2 https://arxiv.org/abs/HEP-TH/9901001
        https://doi.org/10.48550/arXiv.hep-th/9901001
    """,
    "https://doi.org/10.1145/ab-1.5": """
        http://dx.doi.org/10.1145/AB-1.5 https://www.doi.org/10.1145/Ab-1.5""",
    "https://dl.acm.org/doi/10.1145/359.363": """
        https://dl.acm.org/doi/pdf/10.1145/359.363 https://dl.acm.org/doi/abs/10.1145/359.363
        https://dl.acm.org/doi/fullHtml/10.1145/359.363 https://dl.acm.org/doi/epdf/10.1145/359.363""",
    "https://arxiv.org/abs/math/0309136": """
        https://arxiv.org/abs/math.GT/0309136v1 https://arxiv.org/pdf/math%2F0309136
    """,
    "https://my-site.example.com/a?id=1": """
        https://my--site-example-com.translate.goog/a?id=1&_x_tr_sl=auto&_x_tr_sch=http
    """,
    "https://aclanthology.org/P19-1001": """
        http://aclweb.org/anthology/P/P19/P19-1001.pdf https://doi.org/10.18653/v1/p19-1001
    """,
    FILE: """
        https://github.com/O/R/blob/main/README.md?plain=1#L10-L20 https://github.com/o/r/blame/main/README.md
        https://raw.githubusercontent.com/o/r/main/README.md?token=GHSAT0AAA
        https://github.com/o/r/raw/refs/heads/main/README.md https://github.com/o/r/edit/main/README.md
        https://cdn.jsdelivr.net/gh/o/r@main/README.md https://m.github.com/o/r/blob/main/README.md
    """,
    "https://github.com/o/r": """
        https://github.com/O/R.git https://github.com/o/r?tab=readme-ov-file#quick-start
        https://github.com/o/r/tree/main https://github.com/o/r/tree/HEAD/
    """,
    "https://gitlab.com/g/sub/p/-/blob/main/docs/a.md": """
        https://gitlab.com/G/Sub/P/-/blob/main/docs/a.md?ref_type=heads#part
        https://gitlab.com/g/sub/p/-/raw/main/docs/a.md?inline=false
        https://gitlab.com/g/sub/p/-/blame/main/docs/a.md https://gitlab.com/g/sub/p/-/edit/main/docs/a.md
    """,
    "https://bitbucket.org/w/r/src/main/a.md": """
        https://bitbucket.org/W/R/src/main/a.md?at=main https://bitbucket.org/w/r/raw/main/a.md
        https://bitbucket.org/w/r/annotate/main/a.md https://www.bitbucket.org/w/r/src/main/a.md
    """,
    "https://codeberg.org/o/r/src/branch/main/a.md": """
        https://codeberg.org/O/R/src/branch/main/a.md?display=source
        https://codeberg.org/o/r/raw/branch/main/a.md https://codeberg.org/o/r/media/branch/main/a.md
    """,
    "https://a.example/en/press/media/tag/AI/2026?p=2": """
        https://www.a.example/en/press/media/tag/AI/2026?p=2
    """,
    "https://gist.github.com/o/0123456789abcdef0123456789abcdef": """
        https://gist.github.com/o/0123456789abcdef0123456789abcdef#file-x-md
        https://gist.githubusercontent.com/o/0123456789abcdef0123456789abcdef/raw/aaaa/x.md
    """,
    POST: """
        https://cdn.ampproject.org/c/s/example.com/blog/llm
        https://example-com.cdn.ampproject.org/wp/s/example.com/blog/llm
        https://web.archive.org/save/https://example.com/blog/llm
        https://web.archive.org/web/20230101js_cs_/https://example.com/blog/llm
        https://arquivo.pt/wayback/20230101000000/https://example.com/blog/llm
        https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fblog%2Fllm%3Ffbclid%3D1&h=AT
        https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fexample.com%2Fblog%2Fllm
        https://out.reddit.com/t3_x?url=https%3A%2F%2Fexample.com%2Fblog%2Fllm&token=1
        https://duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.com%2Fblog%2Fllm
        https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fblog%2Fllm
        https://translate.google.com/translate?sl=en&u=https://example.com/blog/llm
        https://example-com.translate.goog/blog/llm?_x_tr_sl=en&_x_tr_tl=de&_x_tr_hl=de
        http://web.archive.org/web/2020/https%3A%2F%2Fexample.com%2Fblog%2Fllm%3Futm_id%3D1
        https://archive.ph/https://example.com/blog/llm https://archive.is/timegate/https://example.com/blog/llm
        https://12ft.io/proxy?q=https%3A%2F%2Fexample.com%2Fblog%2Fllm
        https://getpocket.com/redirect?url=https%3A%2F%2Fexample.com%2Fblog%2Fllm
        https://vk.com/away.php?to=https%3A%2F%2Fexample.com%2Fblog%2Fllm
        https://urldefense.com/v3/__https://example.com/blog/llm__;!!AbC!dEf$
        https://urldefense.com/v3/__https://example.com/blog/llm?fbclid=1__;!!AbC!dEf$
        https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9leGFtcGxlLmNvbS9ibG9nL2xsbQ&ntb=1
        https://example.com/blog/llm?uclick_id=0a-1b https://example.com/blog/llm/index.html
        https://www.example.com/blog/llm/Index.htm?utm_source=x https://example.com/blog/llm/index.php
        https://tracking.tldrnewsletter.com/CL0/https:%2F%2Fexample.com%2Fblog%2Fllm%3Futm_source=tldrai/1/01-02/Ab=3
        https://abc.r.us-east-1.awstrack.me/L0/https:%2F%2Fexample.com%2Fblog%2Fllm/1/01-02/Ab=3
        https://urldefense.proofpoint.com/v2/url?u=https-3A__example.com_blog_llm&d=DwMF
        https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url=https%3A%2F%2Fexample.com%2Fblog%2Fllm
        https://r.jina.ai/https://example.com/blog/llm https://EXAMPLE.com:443/./blog/x/../llm/?&#
    """,
    "https://docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/edit": """
        https://docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/pub
        https://docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/preview?tab=t.0
        https://docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/mobilebasic#heading=h.2
        https://docs.google.com/document/u/1/d/1A-bC_dEfGhIjKlMnOp/edit?usp=sharing
        https://docs.google.com/a/a.example/document/d/1A-bC_dEfGhIjKlMnOp
        https://docs.google.com/document/d/1A-bC_dEfGhIjKlMnOp/export?format=pdf
    """,
    "https://docs.google.com/presentation/d/1A-bC_dEfGhIjKlMnOp/edit": """
        https://docs.google.com/presentation/d/1A-bC_dEfGhIjKlMnOp/present?slide=id.p
    """,
    "https://medium.com/p/0123456789ab": """
        https://medium.com/@a/t-0123456789ab https://medium.com/@a/another-title-0123456789ab
        https://medium.com/a-publication/t-0123456789ab https://a.medium.com/t-0123456789ab
        https://a-publication.medium.com/p/0123456789ab https://medium.com/p/0123456789ab/
        https://medium.com/@a/0123456789ab https://medium.com/@a/%D0%B0%D0%B1-0123456789ab
        https://medium.com/@a/t-0123456789ab?source=friends_link&sk=1
        https://medium.com/m/global-identity-2?redirectUrl=https%3A%2F%2Fmedium.com%2F%40a%2Ft-0123456789ab
        https://scribe.rip/@a/t-0123456789ab https://freedium.cfd/https://medium.com/@a/t-0123456789ab
    """,
    "https://x.substack.com/p/y": """
        https://x.substack.com/p/y?r=abc&utm_medium=ios&triedRedirect=true
        https://open.substack.com/pub/x/p/y?r=abc&utm_campaign=post
        https://x.substack.com/p/y?publication_id=1&post_id=2&isFreemail=true&s=w
    """,
    "https://x.com/u/status/1": "https://mobile.twitter.com/u/status/1?s=20&t=abc",
    "https://reddit.com/r/x/comments/abc/t": "https://old.reddit.com/r/x/comments/abc/t/?share_id=1",
    "https://linkedin.com/pulse/x": "https://de.linkedin.com/pulse/x?trackingId=1&lipi=2&rcm=AC",
    "https://github.com/o/r/blob/main/index.html": "https://github.com/o/r/blob/main/index.html",
    "https://arxiv.org/abs/physics/0601001": "https://arxiv.org/abs/physics.soc-ph/0601001v2",
    "https://huggingface.co/o/r/blob/main/README.md": """
        https://huggingface.co/o/r/raw/main/README.md https://huggingface.co/o/r/resolve/main/README.md
    """,
    "https://openreview.net/forum?id=AbCdEf_123": "https://openreview.net/pdf?noteId=z&id=AbCdEf_123",
    "https://aclanthology.org/2023.acl-long.1": """
        https://aclanthology.org/2023.acl-long.1.bib https://doi.org/10.18653/v1/2023.acl-long.1
    """,
    "https://youtube.com/playlist?list=PLabc": "https://m.youtube.com/playlist?list=PLabc&si=1",
}  # fmt: skip

TRACKERS = """
    utm_source utm_id utm-social gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid _ga _gl
    fbclid fb_source fb_action_ids msclkid twclid ttclid li_fat_id igshid igsh yclid ysclid mc_cid
    mc_eid _hsenc _hsmi __hssc __hstc __hsfp hsCtaTracking mkt_tok vero_id oly_enc_id _ke _kx
    ml_subscriber ck_subscriber_id s_cid s_kwcid ef_id cmpid ncid smid trk trkCampaign trackingId
    pk_campaign mtm_source matomo_kwd piwik_campaign hsa_acc at_medium at_custom1 xtor epik __s
    _branch_match_id irclickid cjevent zanpid awc ranMID ranEAID tduid guce_referrer_sig guccounter
    ref_src soc_src elqTrackId elqat sc_channel dm_i campaign_id spReportId bsft_clkid mbid usqp
    sca_esv sharer __twitter_impression sscid sfmc_id mkcid mkevt campid hmb_medium PHPSESSID amp
    triedRedirect nr_email_referer __cf_chl_tk rdt_cid srsltid replytocom __readwiseLocation dub_id
    _cldee emci bt_ee sfnsn wpisrc
""".split()

CONTENT = """
    p id story v q lang source_id ref_id campaign content medium t s key tracker product ampere mode
    version from hash event session_id msg tab fbid mcid gid pid sid cid uid clip mc share origin src
    cmp view action partner affiliate click mc_item amp_version image_gallery photo_glass page_source
    doc_ref bus_class user_keyword ad_id eid session keyword
""".split()


@pytest.mark.parametrize(
    ("url", "expected"),
    [(url, expected) for expected, urls in SAME.items() for url in (*urls.split(), expected)],
)
def test_the_ways_to_one_page_are_one_source(url, expected):
    """Mirrors, caches, proxies, links that lead on, and a site's own spellings."""
    assert canonical_url(url) == expected


def test_no_form_of_before_is_another_page():
    """A file in a repository may be called as elsewhere the AMP edition of another one is."""
    raw = "https://raw.githubusercontent.com/o/r/main"
    assert former_urls(f"{raw}/notes.html") == [f"{raw}/notes.html"]
    assert former_urls(f"{raw}/notes.amp.html") == []


@pytest.mark.parametrize("name", TRACKERS)
def test_a_tracker_makes_no_other_page(name):
    """Each vendor's parameters are left away, wherever they stand."""
    assert canonical_url(f"{POST}?a=1&{name}=x&b=2") == f"{POST}?a=1&b=2"


@pytest.mark.parametrize("name", CONTENT)
def test_a_name_that_tells_pages_apart_stays(name):
    """A parameter that only resembles a tracker must not make two pages one source."""
    assert canonical_url(f"{POST}?{name}=1") != canonical_url(f"{POST}?{name}=2")


HOSTS = [
    *("example.com", "www.youtube.com", "youtu.be", "arxiv.org", "github.com", "web.archive.org"),
    *("m.example.co.uk", "www.google.com", "archive.ph", "gist.github.com", "r.jina.ai", "x.com"),
    *("raw.githubusercontent.com", "doi.org", "aclanthology.org", "openreview.net", "amp.dev"),
    *("cdn.ampproject.org", "de.linkedin.com", "webcache.googleusercontent.com", "out.reddit.com"),
]
PARTS = st.sampled_from(
    "watch abs 2310.06825v2 dQw4w9WgXcQ web 2020 amp blob main a.amp https: .. %2e é o.git x.html "
    "s c cache:x.example raw amp;x ".split(" ")
)
NAMED = st.sampled_from(["v", "q", "url", "u", "list", "id", "utm_source", "amp", "m", "a"])
VALUES = st.sampled_from(
    ["1", "", "dQw4w9WgXcQ", "https://b.example/p?v=1", "cache:c.example/x", "%"]
)


@given(
    st.sampled_from(HOSTS),
    st.lists(PARTS, max_size=6),
    st.lists(st.tuples(NAMED, VALUES), max_size=3),
)
def test_the_canonical_form_of_known_sites_is_stable(host, parts, pairs):
    """However parts that known sites use are put together, canonicalising twice is once."""
    query = "&".join(f"{name}={value}" for name, value in pairs)
    try:
        once = canonical_url(f"https://{host}/{'/'.join(parts)}?{query}")
    except InvalidUrl:
        return
    assert canonical_url(once) == once


@given(
    st.lists(st.sampled_from(["a", "blog", "Über", "x~y", "7"]), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(["p", "id", "q"]), st.sampled_from("12")), max_size=2),
    st.sampled_from(TRACKERS),
)
def test_equivalent_spellings_are_one_source(parts, pairs, tracker):
    """Scheme, www, mobile host, port, slash, dot segments, fragment, tracker: none makes another."""
    path, query = "/".join(parts), "&".join(f"{name}={value}" for name, value in pairs)
    plain = canonical_url(f"https://example.com/{path}?{query}")
    for spelt in (
        f"http://www.example.com:80/{path}/?{query}#part",
        f"https://m.EXAMPLE.com./x/../{path}?{tracker}=1&{query}",
        f"https://example.com/{path.replace('~', '%7e')}?{query}&{tracker}=2",
        f"https://web.archive.org/web/2024id_/https://example.com/{path}?{query}",
        f"https://www.google.com/amp/s/example.com/{path}?{query}",
    ):
        assert canonical_url(spelt) == plain


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_addresses_are_read_as_browsers_read_them(text, expected):
    """Case, ports, dot segments, odd scripts and odd numbers have one reading."""
    assert str(parse_web_url(text)) == expected


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_what_is_no_web_address_is_refused_with_its_reason(text, reason):
    """Each refusal is one line that says what is wrong."""
    with pytest.raises(InvalidUrl, match=reason) as refused:
        parse_web_url(text)
    assert "\n" not in str(refused.value)


def test_a_password_in_an_address_is_not_repeated():
    """A message lands in logs and failure rows, so it must not carry the secret."""
    with pytest.raises(InvalidUrl) as refused:
        parse_web_url("https://me:hunter2@example.com/")
    assert "hunter2" not in str(refused.value)


@given(st.text(), st.sampled_from(["", "http://", "https://a.example/", "https://["]))
def test_any_text_is_read_or_refused(text, before):
    """No text gets another error than InvalidUrl, and what is read is printable ASCII."""
    try:
        url = str(parse_web_url(before + text))
    except InvalidUrl:
        return
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url


@pytest.mark.datasets
def test_naughty_strings_are_read_or_refused(datasets):
    """The big list of naughty strings, alone and as a host, a path and a query."""
    strings = json.loads((datasets / "security" / "naughty_strings.json").read_text("utf-8"))
    for text in strings:
        for before in ("", "http://", "http://a.example/", "http://a.example/?q="):
            try:
                assert str(parse_web_url(f"{before}{text}")).isascii()
            except InvalidUrl as refused:
                assert "\n" not in str(refused)  # noqa: PT017 both outcomes are fine


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/next?x=1", "https://a.example/next?x=1"),
        ("next", "https://a.example/dir/next"),
        ("//b.example/", "https://b.example/"),
        ("?q=2", "https://a.example/dir/page?q=2"),
        ("../../../up", "https://a.example/up"),
    ],
)
def test_a_redirect_is_read_relative_to_its_page(location, expected):
    """Relative locations resolve as RFC 3986 says."""
    assert str(parse_web_url("https://a.example/dir/page?q=1").join(location)) == expected


@pytest.mark.parametrize("location", ["/a\nb", "https:\\\\b.example", "file:///etc/passwd", "//["])
def test_a_redirect_to_no_web_address_is_refused(location):
    """The standard library's urljoin strips control characters; the check comes before it."""
    with pytest.raises(InvalidUrl):
        parse_web_url("https://a.example/").join(location)


@pytest.mark.parametrize(("url", "expected"), CANONICAL.items())
def test_one_page_has_one_canonical_address(url, expected):
    """Editions, trackers and spellings fold into one; what names content is kept."""
    assert canonical_url(url) == expected


@pytest.mark.parametrize("url", [*READ, *CANONICAL])
def test_canonical_form_is_stable(url):
    """The canonical form of a canonical form is itself."""
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(st.text(), st.text())
def test_canonical_form_of_any_path_and_query_is_stable(path, query):
    """Whatever stands in path and query, canonicalising twice changes nothing more."""
    try:
        once = canonical_url(f"https://a.example/{path}?{query}")
    except InvalidUrl:
        return
    assert canonical_url(once) == once


def test_an_escaped_address_within_an_archived_one_stays_as_it_is():
    """Else two pages whose addresses differ in escapes would be one source."""
    page = "https://example.com/a%2Fb/https%3A%2F%2Fother.com%2Fc"
    assert canonical_url(f"https://web.archive.org/web/2020/{page}") == canonical_url(page)


def test_canonical_form_of_no_address_is_refused():
    """There is no identity to make up for text that is no address."""
    with pytest.raises(InvalidUrl):
        canonical_url("notes.md")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com", True),
        (" HTTP://x", True),
        ("http://](#http", True),
        ("ftp://example.com", False),
        ("notes.md", False),
        ("C:\\notes.md", False),
        ("example.com/page", False),
    ],
)
def test_addresses_are_told_from_paths(text, expected):
    """Only http(s):// makes an address; everything else may be a file."""
    assert is_web_address(text) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://youtu.be/dQw4w9WgXcQ", SourceKind.YOUTUBE),
        ("https://www.youtube.com/live/dQw4w9WgXcQ", SourceKind.YOUTUBE),
        ("https://www.youtube.com/@channel", None),
        ("https://www.youtube.com/watch?v=short", None),
        ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", None),
        ("https://arxiv.org/pdf/2401.12345", SourceKind.ARXIV),
        ("https://arxiv.org/list/cs.SE/recent", None),
        ("https://huggingface.co/papers/trending", None),
        ("https://example.com/abs/2401.12345", None),
        ("notes.md", None),
    ],
)
def test_videos_and_papers_are_known_by_address(url, expected):
    """Only a video's or a paper's own page has a kind before it is fetched."""
    assert kind_of_url(url) is expected
