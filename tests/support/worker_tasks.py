"""Tasks for workers in tests; the workers import this module."""

import os
import time

from schemas.errors import ExtractionError
from schemas.sources import Payload


def size(payload: Payload) -> int:
    return len(payload.data)


def process(payload: Payload) -> int:
    return os.getpid()


def sleep(payload: Payload) -> None:
    time.sleep(60)


def spin(payload: Payload) -> None:
    while True:
        pass


def swallow_memory(payload: Payload) -> None:
    _ = bytearray(10 * 2**30)


def exit_at_once(payload: Payload) -> None:
    os._exit(3)


def be_killed(payload: Payload) -> None:
    os.kill(os.getpid(), 9)


def recurse(payload: Payload) -> None:
    recurse(payload)


def raise_ours(payload: Payload) -> None:
    raise ExtractionError("the page shows a login", cause="login_wall")


def raise_foreign(payload: Payload) -> None:
    raise ZeroDivisionError("one by zero")
