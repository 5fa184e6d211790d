"""Threads of a batch share heaps instead of keeping one each."""

import ctypes
import subprocess
import sys

import pytest

COUNT = """
import ctypes, sys, threading
from pathlib import Path
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings

Services(Settings(home=Path(sys.argv[1])), patience=float(sys.argv[2]))
libc = ctypes.CDLL(None)
barrier = threading.Barrier(12)

def allocate():
    barrier.wait()
    kept = [bytes(1_000) for _ in range(2_000)]
    barrier.wait()

threads = [threading.Thread(target=allocate) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
file = libc.tmpfile
file.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.rewind.argtypes = [ctypes.c_void_p]
libc.fread.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p]
told = file()
libc.malloc_info(0, told)
libc.rewind(told)
text = ctypes.create_string_buffer(200_000)
libc.fread(text, 1, 199_999, told)
print(text.value.count(b"<heap nr="))
"""


def heaps(home, patience):
    done = subprocess.run(
        [sys.executable, "-c", COUNT, str(home), str(patience)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="no glibc")
def test_a_dozen_threads_of_a_batch_share_two_heaps(tmp_path):
    """Without patience glibc gives the threads more; a single command has few of them."""
    assert heaps(tmp_path, 60) <= 2
    assert heaps(tmp_path, 0) > 2
