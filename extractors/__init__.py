"""URL or bytes to Document: the guarded client, one reader per kind of file, and lists of sources.

Fetching and reading are apart: ``fetch`` returns a ``Payload``, ``workers`` turn one into an
``Extracted`` in a process that can be killed.
"""
