"""What is painted of an element: what it hands down, what lies behind its text and over it."""
