"""From an address to the bytes a source is read from, by as many fetches as its kind needs."""
