"""Web pages: parse the markup, drop hidden text, find the main text, refuse walls."""
