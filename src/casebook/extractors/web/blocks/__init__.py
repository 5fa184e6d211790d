"""Which blocks of a page are its text: their features, a model of them, and what goes with what."""
