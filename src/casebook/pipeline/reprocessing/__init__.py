"""Known sources worked again: fetched, read or drafted anew, and compared with what was so."""
