"""URL or bytes in, Document out: addresses, the guarded client, and one extractor per kind.

The network half:

- ``addresses`` says which IP addresses are public, ``urls`` which texts are web addresses, and
  what one source's address looks like in one canonical form;
- ``guard`` resolves, judges and pins connections, ``body`` reads a response within its caps,
  ``client`` is the one way to the network;
- ``robots`` asks a site's robots.txt, ``fetch`` turns what a person typed into bytes.

The parsing half turns those bytes into text with passages, each in a worker that can be killed.
Nothing here knows a model, a database or an orchestrator.
"""
