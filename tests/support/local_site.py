"""A site on this machine whose pages change while a test runs."""

import re
from dataclasses import dataclass, field

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response


@dataclass
class Site:
    """Serves ``pages``; what is not among them, robots.txt too, is a 404."""

    server: HTTPServer
    pages: dict[str, Response] = field(default_factory=dict)

    def __post_init__(self) -> None:
        any_page = self.server.expect_request(re.compile(".*"))
        any_page.respond_with_handler(self._answer)

    def put(self, path: str, text: str = "", kind: str = "text/markdown", **more: object) -> str:
        """Serve a page; return its address."""
        self.pages[path] = Response(text, content_type=kind, **more)
        return self.server.url_for(path)

    def feed(self, *titles: str) -> str:
        """Serve a feed whose items lead to pages named by their titles; return its address."""
        items = "".join(
            f"<item><title>{title}</title><link>{self.server.url_for(f'/{title}.md')}</link></item>"
            for title in titles
        )
        text = f"<rss version='2.0'><channel><title>A blog</title>{items}</channel></rss>"
        return self.put("/feed.xml", text, "application/rss+xml")

    def _answer(self, request: Request) -> Response:
        return self.pages.get(request.path) or Response("", status=404)
