"""What tests of extractors share: hostile strings, and the web of ``public_web``."""

from hostile_strings import hostile_strings
from public_web import certificate, client, dialer, make_client, names, web

__all__ = ["certificate", "client", "dialer", "hostile_strings", "make_client", "names", "web"]
