"""Speech of texts, cached on disk."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from publishing.audio.sound import Sound, decoded, encode, optional_module, silence
from publishing.audio.voices import Voice
from publishing.files import key_of

_NOTHING = 0.1  # seconds of silence if a voice speaks nothing


class Speech:
    """Speech at one sample rate, cached in ``folder`` by voice and text.

    Raises ConfigurationError if the extra is missing, before any paid call.
    """

    def __init__(self, folder: Path, rate: int) -> None:
        optional_module("av")
        self._folder, self._rate = folder, rate

    def of_all(
        self, texts: Sequence[tuple[Voice, str]], on_progress: Callable[[int, int], object]
    ) -> list[Sound]:
        """Return texts as speech; ``on_progress`` receives the number done and the total.

        Raises ModelError or ConfigurationError at the first failure; finished speech is cached.
        """
        with ThreadPoolExecutor(min((voice.at_once for voice, _ in texts), default=1)) as pool:
            pairs = dict.fromkeys((voice.name, text) for voice, text in texts)
            voices = {voice.name: voice for voice, _ in texts}
            coming = {one: pool.submit(self.of, voices[one[0]], one[1]) for one in pairs}
            sounds = list[Sound]()
            try:
                for voice, text in texts:
                    sounds.append(coming[voice.name, text].result())
                    on_progress(len(sounds), len(texts))
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        return sounds

    def of(self, voice: Voice, text: str) -> Sound:
        """Return the text as speech, from the cache or from the voice."""
        path = self._folder / f"{key_of(voice.name, text)}.flac"
        if not path.is_file():
            self._keep(voice.speak(text), path)
        return decoded(path.read_bytes(), self._rate)

    def _keep(self, sound: Sound, path: Path) -> None:
        """Store a sound in the cache, atomically."""
        sound = sound if len(sound.samples) else silence(_NOTHING, sound.rate)
        self._folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._folder) as folder:
            made = Path(folder) / path.name
            encode(made, "flac", [sound], sound.rate)
            made.replace(path)
