"""Recordings are written down once, with times, within the budget."""

import pytest
from scripted_endpoint import Reply, api_error

from schemas.errors import AnswerInvalid, BudgetReached, ModelRejected
from schemas.generations import AnswerStatus
from summarizer.budget import Budget
from summarizer.limiter import Limiter
from summarizer.transcription import Transcriber

SOUND = ("talk.mp3", b"ID3 sound", "audio/mpeg")
WORDS = Reply(
    body={
        "text": "Hello. We run it.",
        "language": "english",
        "duration": 120.0,
        "segments": [
            {"id": 0, "start": 0.0, "end": 2.0, "text": "Hello."},
            {"id": 1, "start": 2.0, "end": 120.0, "text": "We run it."},
        ],
    }
)


@pytest.fixture
def transcriber(endpoint, ledger, waits):
    limiter = Limiter(clock=waits.clock, sleep=waits.sleep)
    return Transcriber(endpoint.base_url, "key", "whisper-1", ledger, limiter=limiter)


async def test_the_same_sound_is_paid_for_once(endpoint, transcriber, ledger):
    """Segments come with their times; a second request for the same bytes is not sent."""
    endpoint.enqueue(api_error(503), WORDS)
    first = await transcriber.transcribe(SOUND, "src1_x", 200)
    second = await transcriber.transcribe(SOUND, "src1_y", 200)
    assert first == second
    assert [(s.start, s.text) for s in first.segments] == [(0.0, "Hello."), (2.0, "We run it.")]
    assert len(endpoint.requests) == 2
    assert ledger.kept[0].usage.cost_usd == pytest.approx(0.012)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(body={"text": "Words without times."}), AnswerInvalid),
        (api_error(401), ModelRejected),
    ],
)
async def test_failures_are_kept_and_raised(endpoint, transcriber, ledger, reply, error):
    """A transcript without times and a refused key are errors, stored with their message."""
    endpoint.enqueue(reply)
    with pytest.raises(error):
        await transcriber.transcribe(SOUND, "src1_x", 200)
    assert ledger.kept[0].status is AnswerStatus.ERROR


async def test_the_budget_counts_the_longest_it_can_be(endpoint, transcriber):
    """A recording that may cost more than is left is not sent."""
    with pytest.raises(BudgetReached):
        await transcriber.transcribe(SOUND, "src1_x", 3_600, Budget(run_usd=0.1))
    assert endpoint.requests == []
