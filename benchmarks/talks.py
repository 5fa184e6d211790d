"""Measures speech recognition on this machine; prints one Markdown table.

    .venv/bin/python benchmarks/talks.py

Two offline voices read texts written here: plain sentences, and sentences dense with numbers and
names; white noise at 10 dB is added to the plain ones. Synthetic speech has no hesitation, no
second speaker and no room, so real talks are harder: the figures compare versions, and do not
predict errors.
"""

import asyncio
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

import numpy as np  # noqa: E402 - after the path
from scripted_model import document_of  # noqa: E402 - from the tests

from extractors.fetch.speech import SpeechRecognizer  # noqa: E402
from publishing.audio.sound import Sound, encode, silence  # noqa: E402
from publishing.audio.voices import HibariVoice, PiperVoice  # noqa: E402
from schemas.cases import (  # noqa: E402
    CaseStudy,
    Evidence,
    Match,
    Section,
    Statement,
    Support,
    SupportLevel,
)
from schemas.sources import SourceKind  # noqa: E402
from summarizer.heard import with_heard  # noqa: E402

PLAIN = """The team wanted to answer travellers faster without hiring more people.
Every claim arrives as a letter, a photograph or a form on the website.
In the beginning a single prompt wrote the whole answer, and it invented amounts.
They switched it off after two days and started again with smaller steps.
Now a search finds old claims that look alike, and the model only explains the difference.
A clerk reads each draft, changes it where necessary, and sends it.
When the clerk changes a draft, the change becomes a test for the next version.
The hardest part was not the model but the old letters, which nobody had sorted.
What surprised them most was how rarely a longer prompt helped.
Next year they want to read handwriting, which still fails."""
DENSE = """We moved from GPT-4 to Llama 3.1 70B on 8 H100 cards in March 2025.
Latency fell from 2,400 to 380 milliseconds at the 95th percentile.
The index in Qdrant holds 14 million vectors of 1,024 dimensions.
Kellamoor handles 3,200 claims a day and 92 percent need no change.
Each answer costs 0.4 cents instead of 3.1 cents.
We rerank 50 passages with bge-reranker-v2 and keep the best 5.
Ragas gave us a faithfulness of 0.87 on 600 questions.
Kafka delivers 40 events per second to 12 workers written in Rust.
The pilot ran for 9 weeks with 35 clerks in Lisbon and Porto.
Langfuse keeps 1.5 million traces for 30 days."""
NOISE_DB = 10


def words(text: str) -> list[str]:
    """Return the words of a text, without punctuation inside numbers."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower().replace("%", " percent"))
    return re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", text)


def errors(said: list[str], heard: list[str]) -> int:
    """Return the fewest words to replace, insert or delete (Levenshtein, 1966)."""
    row = list(range(len(heard) + 1))
    for i, one in enumerate(said, start=1):
        before, row = row, [i]
        for j, other in enumerate(heard, start=1):
            row.append(min(row[-1] + 1, before[j] + 1, before[j - 1] + (one != other)))
    return row[-1]


def spoken(text: str, *, noise: bool = False) -> tuple[bytes, list[float]]:
    """Return the text read by both voices in turn as MP3, the start of each line, and the end."""
    voices = (PiperVoice(), HibariVoice())
    rate, parts, starts = 22_050, list[Sound](), [0.0]
    with tempfile.TemporaryDirectory() as folder:
        for n, line in enumerate(text.splitlines()):
            sound = voices[n % 2].speak(line)
            at = np.arange(0, len(sound.samples), sound.rate / rate)
            samples = np.interp(at, np.arange(len(sound.samples)), sound.samples)
            if noise:
                power = np.sqrt(np.mean(samples**2) / 10 ** (NOISE_DB / 10))
                samples = samples + np.random.default_rng(n).normal(0, power, len(samples))
            clipped = np.clip(samples, -32_768, 32_767).astype("int16")
            parts += [Sound(clipped, rate), silence(0.5, rate)]
            starts.append(starts[-1] + len(clipped) / rate + 0.5)
        encode(Path(folder) / "talk.mp3", "mp3", parts, rate)
        return (Path(folder) / "talk.mp3").read_bytes(), starts


def doubted(lines: list[str]) -> float:
    """Return the share of sentences with a number or name that wait for a listener."""
    document = document_of(*lines, kind=SourceKind.RECORDING, title="A talk")
    passages = [one.model_copy(update={"heard": "recognized"}) for one in document.passages]
    document = document.model_copy(update={"passages": passages})
    found = 0
    for passage in passages:
        text = document.passage_text(passage)
        place = {"passage": passage.n, "start": passage.start, "end": passage.end}
        quote = Evidence(quote=text, match=Match.EXACT, score=1.0, heard="recognized", **place)
        support = Support(level=SupportLevel.VERIFIED)
        about = {"section": Section.CONTEXT, "evidence": (quote,), "support": support}
        statement = Statement(n=1, text=text, **about)
        study = with_heard(CaseStudy(statements=(statement,)), document)
        found += study.statements[0].support.level is SupportLevel.DOUBTFUL
    return found / len(lines)


async def main() -> None:
    """Print the table."""
    columns = (
        "text",
        "words",
        "word error",
        "numbers right",
        "× real time",
        "link before words, s",
    )
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    texts = {"plain": PLAIN, f"plain, noise at {NOISE_DB} dB": PLAIN, "numbers and names": DENSE}
    with tempfile.TemporaryDirectory() as folder:
        recognizer = SpeechRecognizer(Path(folder))
        for name, text in texts.items():
            data, (*starts, seconds) = spoken(text, noise="noise" in name)
            began = time.monotonic()
            found = await recognizer.transcribe(data, "talk.mp3", "audio/mpeg")
            speed = seconds / (time.monotonic() - began)
            said, heard = words(text), words(" ".join(one for _, _, one in found.cues))
            numbers = [one for one in said if one[0].isdigit()]
            right = sum(heard.count(one) >= numbers.count(one) for one in numbers)
            share = f"{right} of {len(numbers)}" if numbers else "–"
            error = errors(said, heard) / len(said)
            early = [at - max(c[0] for c in found.cues if c[0] <= at + 1) for at in starts]
            ahead = f"{median(early):.1f} (at most {max(early):.1f})"
            print(f"| {name} | {len(said)} | {error:.3f} | {share} | {speed:.1f} | {ahead} |")
    waiting = [f"{doubted(text.splitlines()):.0%}" for text in (DENSE, PLAIN)]
    print(f"\nOf the dense sentences {waiting[0]} wait for a listener, of the plain {waiting[1]}.")


if __name__ == "__main__":
    asyncio.run(main())
