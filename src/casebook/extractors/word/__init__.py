"""What a Word document is read with: its parts, what a reader sees of them, and their numbers."""
