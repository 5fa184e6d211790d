"""The ``casebook`` command: parse, one call, render. Heavy packages are imported in commands."""
