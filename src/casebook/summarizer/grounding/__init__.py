"""Does the source carry it? Quotes located, numbers and names compared. Pure."""
