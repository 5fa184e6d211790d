"""A page that needs its scripts is run in a real Chromium that reaches nothing alone."""

import asyncio
import re
import shutil
from pathlib import Path
from string import Template

import pytest

from extractors.fetch.rendering import Renderer, RenderLimits, browser_installed
from extractors.network.robots import Robots
from schemas.errors import TemporarilyUnavailable, TooLarge
from schemas.sources import Payload

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not browser_installed(), reason="the extra [browser] is not installed"),
    pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed"),
]

HOSTILE = Path(__file__).parents[1] / "samples/hostile_page.html"
PAGE = "https://blog.example.com/app"
STORY = "The team moved its ticket router to a small model and measured it every week for a year. "
SHELL = '<html><head><title>Router</title></head><body><div id="root"></div>{}</body></html>'
WRITE = f"document.getElementById('root').innerHTML = '<h1>Router</h1><p>{STORY}</p>';"


@pytest.fixture
def render(client, web):
    """Render a shell with this script in it, as it would be rendered at ``PAGE``."""
    web.answer("blog.example.com/robots.txt", "User-agent: *\nDisallow: /private\n")

    async def run(script: str, **limits: float) -> str:
        shell = SHELL.format(script).encode()
        payload = Payload(data=shell, media_type="text/html", url=PAGE, final_url=PAGE)
        given = {"seconds": 120.0} | limits  # the machine may be busy
        rendered = await Renderer(client, Robots(client), RenderLimits(**given)).render(payload)
        run.step = rendered.steps[-1]
        return rendered.data.decode()

    return run


def browsers() -> list[str]:
    """The browsers that this process has started and that still run."""
    import psutil

    children = psutil.Process().children(recursive=True)
    return [one.name() for one in children if "chrom" in one.name() and one.status() != "zombie"]


async def test_a_shell_becomes_its_text(render, web):
    """Scripts, and data read from another site, come through the guarded client."""
    web.answer(
        "blog.example.com/app.js",
        "fetch('https://lists.example.com/story.json').then(r => r.json())"
        f".then(s => {{ document.title = s.title; {WRITE} }})",
        "text/javascript",
    )
    web.answer("lists.example.com/story.json", '{"title": "Routing tickets"}', "application/json")
    found = await render('<script src="/app.js"></script><link rel=stylesheet href="/a.css">')
    assert "<title>Routing tickets</title>" in found
    assert STORY in found
    assert web.addresses == ["blog.example.com/app.js", "lists.example.com/story.json"]
    assert (render.step.method, render.step.outcome[:16]) == ("browser", "2 files fetched,")
    assert not browsers()


@pytest.fixture
async def dialled():
    """A port for TCP and one for UDP on the loopback, and the calls that they got."""
    calls: list[bytes] = []

    class Ears(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, _: object) -> None:
            calls.append(data)

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(await reader.read(100))
        writer.close()

    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(note, "127.0.0.1", 0)
    udp, _ = await loop.create_datagram_endpoint(Ears, local_addr=("127.0.0.1", 0))
    yield server.sockets[0].getsockname()[1], udp.get_extra_info("sockname")[1], calls
    server.close()
    udp.close()


async def test_nothing_leaves_the_browser_but_through_the_client(render, web, dialled):
    """Pages cannot reach the loopback, the metadata service, or another page."""
    tcp, udp, calls = dialled
    inside = f"http://127.0.0.1:{tcp}"
    web.redirect("blog.example.com/hop", inside)
    web.answer("blog.example.com/private", "never")
    page = Template(HOSTILE.read_text("utf-8"))
    found = await render(page.substitute(inside=inside, tcp=tcp, udp=udp, write=WRITE))
    assert STORY in found
    assert "READ[]" in found
    assert calls == []
    assert web.addresses == ["blog.example.com/hop"]
    assert not browsers()


async def test_a_page_that_never_ends_is_killed(render):
    """An endless script stops at the deadline, and no browser is left behind."""
    with pytest.raises(TemporarilyUnavailable, match=r"blog\.example\.com/app .*browser") as failed:
        await render("<script>for (;;);</script>", seconds=4)
    assert failed.value.kind == "browser_failed"
    assert not browsers()


async def test_what_a_page_takes_is_bounded(render, web):
    """Requests past the cap are refused, a page that always moves is taken, a huge one is not.

    Buffers lie outside of the heap that V8 limits: eight of half a gigabyte are not given out.
    """
    web.answer("blog.example.com/n", "1", "text/plain")
    found = await render(
        f"""<script>
          for (let i = 0; i < 40; i++) fetch('/n' + i);
          {WRITE}
          setInterval(() => fetch('/n?' + Math.random()), 50);
          const had = [];
          try {{ for (let i = 0; i < 8; i++) had.push(new ArrayBuffer(512 << 20)); }} catch (e) {{}}
          document.getElementById('root').append('HAD ' + had.length);
        </script>""",
        requests=5,
        settle_seconds=2,
    )
    assert STORY in found
    assert int(re.search(r"HAD (\d)", found)[1]) < 4
    assert len(web.addresses) == 5
    grow = "document.getElementById('root').textContent = 'word '.repeat(300000)"
    with pytest.raises(TooLarge, match="grows too large"):
        await render(f"<script>{grow}</script>", characters=1_000_000)
