"""Ports of this machine on which a program of ours listens."""

import os
import socket

from casebook.schemas.errors import ConfigurationError

HOST = "127.0.0.1"
LOOPBACK_NAMES = (HOST, "localhost", "::1", "[::1]")
"""By what names a program of this machine is asked for; any other is an attacker's DNS."""


def taken(port: int, whose: str, instead: str) -> socket.socket:
    """Return a socket that listens on a port, 0 for any free one.

    Args:
        port: the number.
        whose: what it is for, as an error says it.
        instead: the options that name another one.

    Raises:
        ConfigurationError: if the port cannot be had, and why.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise ConfigurationError(
            f"Port {port} of {HOST} cannot be used for {whose} ({reason}): close the other program,"
            f" or choose another with {instead} (0 takes any free one)."
        ) from error
