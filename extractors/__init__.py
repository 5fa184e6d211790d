"""``fetch`` makes a ``Payload`` of a URL, ``workers`` an ``Extracted`` of a ``Payload``."""
