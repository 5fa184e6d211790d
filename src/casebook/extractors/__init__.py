"""URL or bytes in, Document out.

- ``urls`` says which texts are web addresses, ``sites`` what they mean;
- ``network`` is the one way out: ``addresses`` says which of them are public, ``guard`` resolves,
  judges and pins connections, ``body`` reads a response within its caps, ``client`` asks for it,
  ``robots`` reads a site's robots.txt;
- ``gathering`` turns what a person typed into bytes, ``links`` into a list of sources;
- ``registry`` finds the reader of the bytes, one of ``kinds``, which makes text with passages of
  them; ``worker`` runs it where it can be killed.

Nothing here knows a model, a database or an orchestrator.
"""
