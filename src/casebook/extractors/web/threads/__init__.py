"""Pages on which several people write: their posts whole, who wrote them, when, and the title."""
