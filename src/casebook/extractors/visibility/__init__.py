"""What of a page no reader sees: its style sheets, as far as they hide or show a text."""
