"""A page that needs its scripts is run in a real Chromium that reaches nothing by itself."""

import asyncio
import socket

import psutil
import pytest

from casebook.extractors.gathering.rendering import Asked, Renderer, RenderLimits, Verdict, judge
from casebook.extractors.network.robots import Robots
from casebook.extractors.registry import extract
from casebook.extractors.urls import parse_web_url
from casebook.schemas.errors import BrowserFailed, NeedsJavaScript, TooLarge
from casebook.schemas.sources import Payload

PAGE = "https://blog.example.com/app"
STORY = "The team moved its ticket router to a small model and measured it every week for a year. "
SHELL = '<html><head><title>Router</title></head><body><div id="root"></div>{}</body></html>'
WRITE = f"document.getElementById('root').innerHTML = '<h1>Router</h1><p>{STORY * 8}</p>';"


@pytest.fixture
def render(visitor, sites):
    """Render a shell with this script in it, as it would be rendered at ``PAGE``."""
    sites.tell("blog.example.com/robots.txt", "User-agent: *\nDisallow: /private\n")

    async def run(script: str, **limits: float) -> Payload:
        shell = SHELL.format(script)
        payload = Payload(data=shell.encode(), media_type="text/html", url=PAGE, final_url=PAGE)
        with pytest.raises(NeedsJavaScript):
            extract(payload)
        given = {"seconds": 120.0} | limits  # the machine may be busy
        renderer = Renderer(visitor, Robots(visitor), RenderLimits(**given))
        return await renderer.render(payload)

    return run


def browsers() -> list[psutil.Process]:
    """The browsers that this process has started and that still run."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if any("--casebook-visit" in part for part in child.cmdline()):
                found.append(child)
        except psutil.Error:
            continue
    return [child for child in found if child.is_running() and child.status() != "zombie"]


@pytest.mark.browser
async def test_a_shell_becomes_its_text(render, sites):
    """Scripts, and data read from another site, come through the guarded client; it is told."""
    sites.tell("blog.example.com/app.js", f"fetch('https://lists.example.com/story.json')"
               f".then(r => r.json()).then(s => {{ document.title = s.title; {WRITE} }})",
               "text/javascript")  # fmt: skip
    sites.tell("lists.example.com/story.json", '{"title": "Routing tickets"}', "application/json")
    rendered = await render('<script src="/app.js"></script><link rel=stylesheet href="/a.css">')
    found = extract(rendered)
    assert found.title == "Routing tickets"
    assert STORY.strip() in found.text
    assert sites.addresses == ["blog.example.com/app.js", "lists.example.com/story.json"]
    (step,) = [step for step in found.extraction if step.method == "browser"]
    assert "2 files fetched" in step.outcome
    assert not browsers()


@pytest.mark.browser
async def test_nothing_leaves_the_browser_but_through_the_client(render, sites, dialled):
    """No trick of a page reaches the loopback, the metadata service, or the operator's hosts."""
    tcp, udp = await dialled.listen()
    inside = f"http://127.0.0.1:{tcp}"
    sites.tell("blog.example.com/hop", inside, status=302)
    sites.tell("blog.example.com/private", "never")
    rendered = await render(f"""
      <img src="{inside}/img"><img src="http://169.254.169.254/latest/meta-data/">
      <link rel="preconnect" href="{inside}"><link rel="prefetch" href="{inside}/prefetch">
      <iframe src="{inside}/frame"></iframe><iframe src="file:///etc/passwd"></iframe>
      <iframe src="data:text/html,<script>fetch('{inside}/data', {{mode: 'no-cors'}})</script>"></iframe>
      <iframe srcdoc="<meta http-equiv=refresh content='0;url={inside}/refresh'>"></iframe>
      <object data="{inside}/object"></object><embed src="{inside}/embed">
      <video src="{inside}/video"></video><a id="down" href="{inside}/file" download></a>
      <form id="form" action="{inside}/form" method="post" target="_blank"></form>
      <meta http-equiv="refresh" content="1;url={inside}/moved">
      <script>
        const later = [];
        const at = (url, how) => later.push(fetch(url, how).then(r => r.text()).catch(() => ''));
        at('{inside}/fetch', {{mode: 'no-cors'}});
        at('http://localhost:{tcp}/fetch', {{mode: 'no-cors'}});
        at('https://[::1]:{tcp}/fetch', {{mode: 'no-cors'}});
        at('http://2130706433:{tcp}/fetch', {{mode: 'no-cors'}});
        at('https://169.254.169.254/latest/meta-data/');
        at('https://rebound.example.com/');
        at('/hop');
        at('/private');
        at('/app', {{method: 'POST', body: 'x'}});
        at('file:///etc/passwd');
        navigator.sendBeacon('{inside}/beacon', 'x');
        const tries = [
          () => new WebSocket('ws://127.0.0.1:{tcp}/socket'),
          () => new EventSource('{inside}/events'),
          () => new WebTransport('https://127.0.0.1:{udp}/transport'),
          () => new Worker(URL.createObjectURL(new Blob([
            `new WebSocket('ws://127.0.0.1:{tcp}/w'); fetch('{inside}/w', {{mode: 'no-cors'}})`]))),
          () => new SharedWorker(URL.createObjectURL(new Blob([
            `new WebSocket('ws://127.0.0.1:{tcp}/s'); fetch('{inside}/s', {{mode: 'no-cors'}})`]))),
          () => navigator.serviceWorker.register('/worker.js'),
          () => {{
            const peer = new RTCPeerConnection({{iceServers: [
              {{urls: 'stun:127.0.0.1:{udp}'}},
              {{urls: 'turn:127.0.0.1:{tcp}?transport=tcp', username: 'a', credential: 'b'}}]}});
            peer.createDataChannel('x');
            peer.createOffer().then(offer => peer.setLocalDescription(offer));
          }},
          () => open('{inside}/popup'),
          () => document.getElementById('down').click(),
          () => document.getElementById('form').submit(),
          () => {{ location = '{inside}/away'; }},
          () => {{ location = 'file:///etc/passwd'; }},
        ];
        for (const attempt of tries) try {{ attempt() }} catch (error) {{}}
        Promise.all(later).then(texts => {{
          {WRITE}
          document.getElementById('root').append('READ[' + texts.join('') + ']');
        }});
      </script>""")
    found = extract(rendered)
    assert STORY.strip() in found.text
    assert "READ[]" in rendered.data.decode()
    assert dialled.heard() == []
    assert sites.addresses == ["blog.example.com/hop"]
    assert not browsers()


@pytest.mark.browser
async def test_a_page_that_never_ends_is_killed(render):
    """An endless script costs its deadline and no more; no browser is left behind."""
    with pytest.raises(BrowserFailed, match=r"blog\.example\.com/app .*within 4 seconds"):
        await render("<script>for (;;);</script>", seconds=4)
    assert not browsers()


@pytest.mark.browser
@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_DATA"), reason="only Linux limits it")
async def test_a_page_fills_no_memory(render):
    """Buffers lie outside of the heap that V8 limits: eight of half a gigabyte are not had."""
    rendered = await render(f"""<script>
      {WRITE}
      const had = [];
      try {{ for (let i = 0; i < 8; i++) had.push(new ArrayBuffer(512 << 20)); }} catch (error) {{}}
      document.getElementById('root').append('HAD ' + had.length);
    </script>""")
    had = int(rendered.data.decode().partition("HAD ")[2].partition("<")[0])
    assert had < 4
    assert STORY.strip() in extract(rendered).text


@pytest.mark.browser
async def test_what_a_page_takes_is_bounded(render, sites):
    """Requests past the cap are refused, a page that always moves is taken, a huge one is not."""
    sites.tell("blog.example.com/n", "1", "text/plain")
    many = "for (let i = 0; i < 40; i++) fetch('/n' + i);"
    moving = "setInterval(() => document.title += '.', 50);"
    rendered = await render(
        f"<script>{many} {WRITE} {moving}</script>", requests=5, settle_seconds=2
    )
    assert len(sites.addresses) == 5
    assert "35 requests refused" in rendered.tried[-1].outcome
    grow = "document.getElementById('root').textContent = 'word '.repeat(300000)"
    with pytest.raises(TooLarge, match="grows past 1 MB"):
        await render(f"<script>{grow}</script>", dom_bytes=1_000_000)


PUBLIC = parse_web_url(PAGE)


@pytest.mark.parametrize(
    ("url", "method", "kind", "top", "verdict"),
    [
        (PAGE, "GET", "document", True, Verdict.FETCH),
        ("https://blog.example.com/next", "GET", "document", True, Verdict.FETCH),
        ("https://other.example.com/", "GET", "document", True, Verdict.REFUSE),
        ("http://blog.example.com/app", "GET", "document", True, Verdict.REFUSE),
        (PAGE, "POST", "document", True, Verdict.REFUSE),
        (PAGE, "GET", "document", False, Verdict.REFUSE),
        ("https://cdn.example.com/a.js", "GET", "script", False, Verdict.FETCH),
        ("https://api.example.com/", "GET", "fetch", False, Verdict.FETCH),
        ("https://api.example.com/", "POST", "xhr", False, Verdict.REFUSE),
        ("https://cdn.example.com/a.css", "GET", "stylesheet", False, Verdict.BLANK),
        ("https://cdn.example.com/a.png", "GET", "image", False, Verdict.REFUSE),
        ("https://cdn.example.com/a", "GET", "eventsource", False, Verdict.REFUSE),
        ("https://cdn.example.com/a", "GET", "ping", False, Verdict.REFUSE),
        ("https://cdn.example.com/a", "GET", "something new", False, Verdict.REFUSE),
    ],
)
def test_only_what_can_bring_text_is_fetched(url, method, kind, top, verdict):
    """Scripts and what they read are; nothing is sent, and the page stays on its site."""
    assert judge(Asked(parse_web_url(url), method, kind, top), PUBLIC, first=False) is verdict


class Dialled:
    """A port for TCP and one for UDP on the loopback, which note whoever calls."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    async def listen(self) -> tuple[int, int]:
        """Return the two ports."""

        async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.calls.append(b"TCP " + await reader.read(100))
            writer.close()

        self.server = await asyncio.start_server(note, "127.0.0.1", 0)
        self._udp.bind(("127.0.0.1", 0))
        self._udp.setblocking(False)
        return self.server.sockets[0].getsockname()[1], self._udp.getsockname()[1]

    def heard(self) -> list[bytes]:
        """Return the first bytes of every call."""
        try:
            while True:
                self.calls.append(b"UDP " + self._udp.recv(100))
        except BlockingIOError:
            return self.calls

    def close(self) -> None:
        """Stop listening."""
        self.server.close()
        self._udp.close()


@pytest.fixture
def dialled():
    ears = Dialled()
    yield ears
    ears.close()
