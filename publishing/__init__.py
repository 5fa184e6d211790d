"""The published site: which part of a case readers may see, its pages, and its data."""
