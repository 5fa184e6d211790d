"""Whether a page shows its text, or asks for something first: log-in, consent, money, a click."""
