"""Recordings, pages about them, and an endpoint that writes down what is said in them."""

import json
import threading
import time

from werkzeug import Request, Response

from casebook.pipeline.ingestion import stages
from casebook.pipeline.ingestion.run import Run
from casebook.pipeline.reprocessing import checking
from casebook.runtime.services import Services
from casebook.schemas.sources import SourceRef

MP3 = b"ID3\x04" + bytes(2_000)
SAID = [
    (0.0, 6.5, " We built a retrieval assistant for the support team in a spring."),
    (6.5, 9.0, " It has run in production for more than a year now."),
    (70.0, 74.0, " It answers nine of ten questions without a person."),
]
HEARD = {
    "task": "transcribe",
    "language": "english",
    "duration": 90.0,
    "text": "".join(text for _, _, text in SAID),
    "segments": [{"id": n, "start": a, "end": b, "text": t} for n, (a, b, t) in enumerate(SAID)],
}


class Ears:
    """A transcription endpoint that answers as told and counts what it heard."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict]] = []
        self.pause = 0.0
        self.asked = threading.Event()

    def __call__(self, request: Request) -> Response:
        """Note what was sent, and answer."""
        sound = request.files["file"]
        self.heard.append({
            **request.form.to_dict(flat=True),
            "file": sound.filename,
            "bytes": len(sound.read()),
            "key": request.headers["authorization"],
        })  # fmt: skip
        self.asked.set()
        time.sleep(self.pause)
        status, body = self.answers.pop(0) if self.answers else (200, HEARD)
        return Response(json.dumps(body), status, mimetype="application/json")


NOTES = "<p>In this episode Ada Berg tells how her team moved its support to a small model.</p>" * 5
LONG = "<p>" + "The team moved its ticket router to a small model and measured it each week. " * 40
TALK = "".join(
    f"<p>Ada Berg: In week {n} we moved one more queue to the small model and looked at it.</p>"
    f"<p>Bo Li: Why did you do that in week {n}, and what did your people say?</p>"
    for n in range(12)
)
PLAYERS = {
    "audio": '<audio src="/talk.mp3"></audio>',
    "source": '<audio><source src="/talk.mp3"></audio>',
    "open graph": '<meta property="og:audio" content="{base}/talk.mp3">',
    "JSON-LD": '<script type="application/ld+json">{{"@graph": [{{"@type": "PodcastEpisode", '
    '"associatedMedia": {{"@type": "MediaObject", "contentUrl": "{base}/talk.mp3"}}}}]}}</script>',
    "feed": '<link rel="alternate" type="application/rss+xml" href="/feed.xml">',
}


def serve_page(web, player: str, body: str = NOTES, path: str = "/podcast/42") -> SourceRef:
    base = web.url_for("").rstrip("/")
    page = (
        f"<!doctype html><title>How letters are answered</title>{player.format(base=base)}"
        f'<meta property="article:published_time" content="2025-06-01"><article>{body}</article>'
    )
    feed = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Talks</title><item><title>One'
        f"</title><link>{base}{path}</link><description>A talk.</description>"
        f'<enclosure url="{base}/talk.mp3" type="audio/mpeg" length="9"/></item></channel></rss>'
    )
    web.expect_request(path).respond_with_data(page, content_type="text/html")
    web.expect_request("/feed.xml").respond_with_data(feed, content_type="application/rss+xml")
    return SourceRef(source=web.url_for(path))


async def document_of(ref: SourceRef, services: Services):
    run = Run(services, ref.source)
    document_id = await stages.extract(await stages.fetch(ref, run), run)
    return await stages.document_of(document_id, run), run


async def rechecked(source_id, services):
    (checked,) = [one async for one in checking.recheck([source_id], services)]
    return checked.check
