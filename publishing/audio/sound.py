"""Sound samples and audio files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.errors import AnswerInvalid, ConfigurationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOUDNESS, _PEAK = 0.1, 0.9  # of full scale: root mean square of speech, and its highest sample
_FULL_SCALE = 32_768.0
_MILLISECOND = Fraction(1, 1000)


class Sound(NamedTuple):
    """Mono 16-bit samples and the sample rate."""

    samples: "NDArray[np.int16]"
    rate: int

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return len(self.samples) / self.rate


class FileChapter(NamedTuple):
    """A chapter of an audio file, with its start and end in seconds."""

    title: str
    start: float
    end: float


def optional_module(module: str) -> Any:
    """Return a module of the optional extra, or raise ConfigurationError if it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        message = f"Recordings need the package {module}"
        advice = 'run `pip install ".[audio]"` in the checkout'
        raise ConfigurationError(f"{message}: {advice}") from error


def decoded(data: bytes, rate: int | None = None) -> Sound:
    """Return the sound in an audio file, resampled to ``rate`` if given.

    Raises AnswerInvalid if it is not an audio file.
    """
    av, np = optional_module("av"), optional_module("numpy")
    try:
        with av.open(BytesIO(data)) as container:
            rate = rate or container.streams.audio[0].rate
            resampler = av.AudioResampler("s16", "mono", rate)
            frames = [f for one in container.decode(audio=0) for f in resampler.resample(one)]
            frames += resampler.resample(None)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise AnswerInvalid(f"This is not an audio file ({error}).") from error
    pieces = [frame.to_ndarray()[0] for frame in frames]
    return Sound(np.concatenate(pieces) if pieces else np.zeros(0, np.int16), rate)


def encode(
    path: Path,
    codec: str,
    pieces: Iterable[Sound],
    rate: int,
    *,
    bit_rate: int = 0,
    tags: Mapping[str, str] | None = None,
    parts: Sequence[FileChapter] = (),
) -> None:
    """Write sounds with this sample ``rate`` to a file, in the format of its suffix.

    ``parts`` become chapters of the file: ID3 CHAP frames in MP3, comments in Opus.
    """
    # FFmpeg rounds the times of chapters to seconds in comments, so Opus gets them as tags.
    is_opus = codec == "libopus"
    av, place = optional_module("av"), 0
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        if bit_rate:
            stream.bit_rate = bit_rate
        container.metadata.update({**(tags or {}), **(_comments(parts) if is_opus else {})})
        container.set_chapters([] if is_opus else [*_chapters(parts)])
        for piece in pieces:
            if not len(piece.samples):
                continue
            frame = av.AudioFrame.from_ndarray(piece.samples.reshape(1, -1), "s16", "mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, place, Fraction(1, rate)
            place += len(piece.samples)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def normalised(sound: Sound) -> Sound:
    """Return a sound at the standard loudness; silence is unchanged."""
    np = optional_module("numpy")
    scaled = sound.samples / _FULL_SCALE
    peak = float(np.abs(scaled).max(initial=0.0))
    if not peak:
        return sound
    gain = min(_LOUDNESS / float(np.sqrt(np.mean(scaled**2))), _PEAK / peak)
    return Sound((scaled * gain * _FULL_SCALE).astype(np.int16), sound.rate)


def silence(seconds: float, rate: int) -> Sound:
    """Return silence of this duration in seconds."""
    np = optional_module("numpy")
    return Sound(np.zeros(int(seconds * rate), np.int16), rate)


def timestamp(seconds: float) -> str:
    """Return a time as ``01:02:03.004``."""
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _comments(parts: Sequence[FileChapter]) -> dict[str, str]:
    """Return chapters as Ogg comments."""
    found = dict[str, str]()
    for n, part in enumerate(parts, start=1):
        found |= {f"CHAPTER{n:03}": timestamp(part.start), f"CHAPTER{n:03}NAME": part.title}
    return found


def _chapters(parts: Sequence[FileChapter]) -> Iterator[dict[str, Any]]:
    for n, part in enumerate(parts):
        yield {
            "id": n,
            "start": round(part.start / _MILLISECOND),
            "end": round(part.end / _MILLISECOND),
            "time_base": _MILLISECOND,
            "metadata": {"title": part.title},
        }
