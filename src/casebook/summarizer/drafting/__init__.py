"""The three strategies, and what they are made of: questions, windows, findings, synthesis."""
