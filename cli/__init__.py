"""The ``casebook`` command: each command parses, makes one call, and renders."""
