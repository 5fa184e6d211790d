"""What reStructuredText is read with: the page of docutils, and the dialect of Sphinx."""
