"""``fetch`` turns a source into a ``Payload``, ``workers`` turn that into ``Extracted`` text."""
