"""The ``casebook`` command: each subcommand parses, makes one call, and renders."""
