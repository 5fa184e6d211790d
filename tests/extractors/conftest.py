"""Fixtures of the web of ``public_web``."""

from public_web import certificate, client, dialer, make_client, names, web

__all__ = ["certificate", "client", "dialer", "make_client", "names", "web"]
