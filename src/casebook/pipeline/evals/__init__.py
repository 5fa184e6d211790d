"""The summarizer against gold cases: the gold set, runs over it, their scores side by side."""
