"""Web pages: parse the markup, drop what no reader sees, find the main text, refuse walls."""
