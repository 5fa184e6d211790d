"""What tests of extractors share."""

from hostile_strings import hostile_strings

__all__ = ["hostile_strings"]
