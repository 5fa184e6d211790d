"""A bucket that speaks S3: moto's server, in this process."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import fsspec
import httpx
import pytest
from moto.server import ThreadedMotoServer
from werkzeug import Response

_RUNNING: list[ThreadedMotoServer] = []


@contextmanager
def bucket(name: str) -> Iterator[str]:
    """Yield the address of a new bucket; meanwhile the environment leads s3fs to it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _RUNNING.append(server)
    host, port = server.get_host_and_port()
    # What another server was asked, and held, in this process.
    httpx.post(f"http://{host}:{port}/moto-api/reset").raise_for_status()
    with led_to(f"http://{host}:{port}"):
        fsspec.filesystem("s3").mkdir(name)
        yield f"s3://{name}"
    _RUNNING.remove(server)
    server.stop()


@contextmanager
def hushed() -> Iterator[None]:
    """Have the newest server take requests and answer none, and answer them all in the end."""
    serving, end = _RUNNING[-1]._server, Event()
    answer = serving.app

    def wait(*request):
        end.wait(60)
        return answer(*request)

    serving.app = wait
    try:
        yield
    finally:
        serving.app = answer
        end.set()


@contextmanager
def gone() -> Iterator[None]:
    """Stop the newest server, so that nobody listens where it was, and start it again in the end."""
    server = _RUNNING[-1]
    _, port = server.get_host_and_port()
    server.stop()
    try:
        yield
    finally:
        server._port = port
        server.start()


@contextmanager
def busy(status: int = 503) -> Iterator[None]:
    """Have the newest server say that it cannot serve now, whatever it is asked."""
    serving = _RUNNING[-1]._server
    answer, serving.app = serving.app, Response(status=status)
    try:
        yield
    finally:
        serving.app = answer


@contextmanager
def quick_to_give_up() -> Iterator[None]:
    """Have s3fs and botocore try once, where they would try for ten seconds; inside ``bucket``."""
    s3 = fsspec.get_filesystem_class("s3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        patch.setenv("AWS_RETRY_MODE", "standard")
        patch.setattr(s3, "retries", 1)
        s3.clear_instance_cache()
        yield


@contextmanager
def silent() -> Iterator[None]:
    """Lead s3fs to a server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        with led_to(f"http://{host}:{port}"):
            yield


@contextmanager
def led_to(endpoint: str) -> Iterator[None]:
    """Have the environment, and nothing else, lead s3fs to an endpoint."""
    forget = fsspec.get_filesystem_class("s3").clear_instance_cache
    with pytest.MonkeyPatch.context() as patch:
        for setting in [setting for setting in os.environ if setting.startswith("AWS_")]:
            patch.delenv(setting)
        patch.setenv("AWS_ENDPOINT_URL", endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        forget()
        yield
    forget()
