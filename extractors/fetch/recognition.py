"""Run as a program: recognize the speech of one file, and keep each sentence when it is heard.

python -m extractors.fetch.recognition MODEL SOUND JOURNAL THREADS

MODEL is a folder with a model of faster-whisper. JOURNAL has one JSON object per line: the length
and language, then each segment with its start and end in seconds, its text and confidence, then
``{"ended": true}``. A second run continues behind the last segment. The seconds heard go to
standard output.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

RATE = 16_000  # samples per second, as Whisper was trained


def recognize(model: str, sound: str, journal: Path, threads: int) -> None:
    """Write the journal of ``sound`` to its end."""
    from faster_whisper import WhisperModel, decode_audio

    known = lines_of(journal)
    if any("ended" in line for line in known):
        return
    samples: Any = decode_audio(sound, sampling_rate=RATE)
    heard = [line for line in known if "text" in line]
    start = heard[-1]["end"] if heard else 0.0
    whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=threads)
    segments, info = whisper.transcribe(
        samples[int(start * RATE) :],
        language=known[0]["language"] if known else None,
        vad_filter=True,  # in silence, Whisper invents words
        condition_on_previous_text=False,  # one slip would be repeated
    )
    with journal.open("a", encoding="utf-8") as file:

        def write(line: dict[str, object]) -> None:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()

        if not known:
            write({"seconds": len(samples) / RATE, "language": info.language})
        for one in segments:
            write(
                {
                    "start": round(start + one.start, 2),
                    "end": round(start + one.end, 2),
                    "text": one.text.strip(),
                    "confidence": round(math.exp(one.avg_logprob), 3),
                }
            )
            print(round(start + one.end), flush=True)  # noqa: T201 - the progress
        write({"ended": True})


def lines_of(journal: Path) -> list[dict[str, Any]]:
    """Return the complete lines of a journal; a crash can cut the last one."""
    if not journal.exists():
        return []
    whole, _, cut = journal.read_bytes().rpartition(b"\n")
    if cut:
        journal.write_bytes(whole + b"\n" if whole else b"")
    return [json.loads(line) for line in whole.splitlines()]


if __name__ == "__main__":
    recognize(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
