"""Threads of a batch share one heap instead of keeping one each, and leave no large holes in it."""

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

IN_PROGRAM = """
import sys
import casebook.cli.main as program
from casebook.__main__ import main
"""
AS_PROGRAM = """
def count():
    exec(COUNT, {})
program.main = count
main()
"""

MAPPED = """
import ctypes, sys
from pathlib import Path
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings

Services(Settings(home=Path(sys.argv[1])), patience=float(sys.argv[2]))
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]

class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
        "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]

libc.mallinfo2.restype = Told
libc.free(libc.malloc(20_000_000))
before = libc.mallinfo2().hblks
libc.malloc(1_000_000)
print(libc.mallinfo2().hblks - before)
"""
GLIBC = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="the C library is not glibc 2.33 or later"
)


def told(program, home, patience):
    done = subprocess.run(
        [sys.executable, "-c", program, str(home), str(patience)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@GLIBC
def test_a_dozen_threads_of_a_batch_share_a_heap(tmp_path):
    """Without patience glibc gives the threads more; a single command has few of them.

    A heap that a thread had before the batch began stays.
    """
    assert told(COUNT, tmp_path, 60) <= 2
    assert told(COUNT, tmp_path, 0) > 2


@GLIBC
def test_threads_of_the_program_share_a_heap_from_its_beginning(tmp_path):
    """What a command imports and reads starts threads before it works a batch: five heaps were there.

    Those stay for good, and what is allocated goes around them.
    """
    as_program = f"{IN_PROGRAM}COUNT = {COUNT!r}{AS_PROGRAM}"
    assert told(as_program, tmp_path, 0) <= 2
    assert told(COUNT, tmp_path, 0) > 2


@GLIBC
def test_what_is_large_lies_outside_the_heap_of_a_batch(tmp_path):
    """Once something of 20 MB was freed, glibc by itself would put a page of 1 MB into the heap."""
    assert told(MAPPED, tmp_path, 60) == 1
    assert told(MAPPED, tmp_path, 0) == 0
